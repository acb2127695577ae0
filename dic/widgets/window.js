// A window onto two pictures of one size. It knows a centre, `x` and `y` in pixels of the picture,
// and a zoom, in pixels of the canvas for each. Both pictures are painted through it, so that they
// cannot fall out of step.

const LARGEST_ZOOM = 32
const SMOOTH_UP_TO = 2 // Beyond this zoom every pixel of the picture is a square
const PANE_GAP = 4 // CSS pixels

class Window {
  constructor(model, canvas) {
    this.model = model
    this.canvas = canvas
    this.fits = true // The whole picture stays visible, whatever size the canvas takes
    this.zoom = 1
    this.x = 0
    this.y = 0
    this.turn = 0 // The side that flicker shows
    this.images = [null, null]
    this.part = null // A sharper piece of both: its box, and its images
    this.asked = null // What was asked for last, so that it is asked for once
  }

  get height() {
    return this.model.get('size')[0]
  }

  get width() {
    return this.model.get('size')[1]
  }

  get mode() {
    return this.model.get('mode')
  }

  // Where each side is painted: [left, top, width, height] on the canvas.
  panes() {
    const {width, height} = this.canvas
    if (this.mode != 'side') return [[0, 0, width, height], [0, 0, width, height]]
    const gap = PANE_GAP * devicePixelRatio
    const half = (width - gap) / 2
    return [[0, 0, half, height], [half + gap, 0, half, height]]
  }

  // Keep the zoom within its limits and the picture in the window.
  settle() {
    const [, , paneWidth, paneHeight] = this.panes()[0]
    const whole = Math.min(paneWidth / this.width, paneHeight / this.height, LARGEST_ZOOM)
    if (whole < 1 && this.zoom <= whole) this.fits = true
    this.zoom = this.fits ? whole : clamp(this.zoom, Math.min(whole, 1), LARGEST_ZOOM)
    const inside = (at, size, room) =>
      room >= size ? size / 2 : clamp(at, room / 2, size - room / 2)
    this.x = inside(this.x, this.width, paneWidth / this.zoom)
    this.y = inside(this.y, this.height, paneHeight / this.zoom)
  }

  // Where the picture's top left corner lies on the canvas.
  origin([left, top, width, height]) {
    return [
      Math.round(left + width / 2 - this.x * this.zoom),
      Math.round(top + height / 2 - this.y * this.zoom)
    ]
  }

  // Paint one side into a pane, between two columns of the canvas.
  paint(context, side, pane, from, to) {
    if (!this.images[side]) return
    const [left, top] = this.origin(pane)
    const {zoom, part} = this
    context.save()
    context.beginPath()
    context.rect(from, pane[1], to - from, pane[3])
    context.clip()
    context.imageSmoothingEnabled = zoom <= SMOOTH_UP_TO
    context.imageSmoothingQuality = 'high'
    context.drawImage(this.images[side], left, top, this.width * zoom, this.height * zoom)
    if (part) {
      const [x0, y0, x1, y1] = part.box
      const width = (x1 - x0) * zoom
      const height = (y1 - y0) * zoom
      context.drawImage(part.images[side], left + x0 * zoom, top + y0 * zoom, width, height)
    }
    context.restore()
  }

  draw() {
    const {width, height} = this.canvas
    const context = this.canvas.getContext('2d')
    const cut = Math.round(width * this.model.get('wipe'))
    this.settle()
    context.clearRect(0, 0, width, height)
    this.panes().forEach((pane, side) => {
      const paint = (from, to) => this.paint(context, side, pane, from, to)
      const [left, , paneWidth] = pane
      if (this.mode == 'side') paint(left, left + paneWidth)
      else if (this.mode == 'wipe') paint(side ? cut : 0, side ? width : cut)
      else if (this.turn == side) paint(0, width)
    })
  }

  // Change the zoom, and keep what is under a point of the canvas where it is.
  zoomTo(zoom, pointX, pointY) {
    const panes = this.panes()
    const pane = panes.find(([left, , width]) => pointX <= left + width) || panes[1]
    const [left, top] = this.origin(pane)
    const x = (pointX - left) / this.zoom
    const y = (pointY - top) / this.zoom
    this.fits = false
    this.zoom = zoom
    this.x = x + (pane[0] + pane[2] / 2 - pointX) / zoom
    this.y = y + (pane[1] + pane[3] / 2 - pointY) / zoom
  }

  // Move the picture by pixels of the canvas.
  pan(dx, dy) {
    this.fits = false
    this.x -= dx / this.zoom
    this.y -= dy / this.zoom
  }

  // What is visible: left, top, right and bottom, in whole pixels of the picture.
  box() {
    const [, , width, height] = this.panes()[0]
    const halfWidth = width / this.zoom / 2
    const halfHeight = height / this.zoom / 2
    return [
      Math.max(0, Math.floor(this.x - halfWidth)),
      Math.max(0, Math.floor(this.y - halfHeight)),
      Math.min(this.width, Math.ceil(this.x + halfWidth)),
      Math.min(this.height, Math.ceil(this.y + halfHeight))
    ]
  }
}
