// Pointer, wheel and keyboard. The wheel zooms around the pointer, dragging moves the picture or
// the wipe. The arrows move the wipe (with Shift the picture), + and - zoom, 0 fits, 1 2 3 are the
// three modes.

const MODES = {wipe: 'Wipe', side: 'Side by side', flicker: 'Flicker'}
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}

// Call `moved(event, dx, dy)` while the target is dragged; distances are in CSS pixels.
const drag = (target, moved) => {
  target.addEventListener('pointerdown', down => {
    let {clientX: x, clientY: y} = down
    target.setPointerCapture(down.pointerId)
    target.focus({preventScroll: true})
    down.preventDefault()
    const move = event => {
      moved(event, event.clientX - x, event.clientY - y)
      x = event.clientX
      y = event.clientY
    }
    const end = () => {
      target.removeEventListener('pointermove', move)
      target.removeEventListener('pointerup', end)
      target.removeEventListener('pointercancel', end)
    }
    target.addEventListener('pointermove', move)
    target.addEventListener('pointerup', end)
    target.addEventListener('pointercancel', end)
  })
}

// Connect a stage, the canvas in it and its wipe with the actions of a viewer.
const control = (view, stage, wipe, actions) => {
  const place = event => {
    const {left, top} = stage.getBoundingClientRect()
    return [(event.clientX - left) * devicePixelRatio, (event.clientY - top) * devicePixelRatio]
  }

  const wheel = event => {
    event.preventDefault()
    const factor = Math.exp(-clamp(event.deltaY, -150, 150) / 300)
    view.zoomTo(view.zoom * factor, ...place(event))
    actions.draw()
  }

  const arrow = ([dx, dy], shift) => {
    const {width, height} = view.canvas
    if (shift) actions.pan(-dx * width / 10, -dy * height / 10)
    else if (view.mode == 'wipe') actions.wipe(view.model.get('wipe') + 0.02 * (dx - dy))
    else return false
    return true
  }

  // Returns whether the key means anything.
  const press = ({key, shiftKey}) => {
    if (key in ARROWS) return arrow(ARROWS[key], shiftKey)
    if ('+='.includes(key)) actions.zoom(1.25)
    else if (key == '-') actions.zoom(0.8)
    else if (key == '0') actions.fit()
    else if ('123'.includes(key)) actions.mode(Object.keys(MODES)[key - 1])
    else return false
    return true
  }

  const keydown = event => {
    if (event.ctrlKey || event.metaKey || event.altKey || !press(event)) return
    event.preventDefault()
    event.stopPropagation()
  }

  stage.addEventListener('wheel', wheel, {passive: false})
  stage.parentElement.addEventListener('keydown', keydown)
  drag(view.canvas, (_, dx, dy) => actions.pan(dx * devicePixelRatio, dy * devicePixelRatio))
  drag(wipe, event => actions.wipe(place(event)[0] / view.canvas.width))
}
