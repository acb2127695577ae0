// Pictures arrive as bytes and are decoded beside what is shown, which is replaced when both are
// there. Of a picture larger than its view, the part in the window is asked for once nothing has
// moved for a moment.

const MOMENT = 120 // ms

const bitmaps = buffers =>
  Promise.all(buffers.map(bytes => createImageBitmap(new Blob([bytes])))).catch(() => null)

// Keep a window's pictures up to date with the model. `drawn` is called after each drawing.
// Returns `draw`, which draws all, and `end`, which stops everything.
const follow = (view, model, drawn) => {
  let newest = 0 // Number of the pair of pictures that is being decoded
  let expected = 0 // Number of the part that was asked for
  let timer = null

  const draw = () => {
    view.draw()
    drawn()
    clearTimeout(timer)
    timer = setTimeout(ask, MOMENT)
  }

  const ask = () => {
    const scale = model.get('scale')
    const box = view.box()
    const key = `${box} ${view.zoom}`
    if (scale >= 1 || view.zoom <= scale || view.asked == key) return
    view.asked = key
    expected = Math.random()
    model.send({kind: 'part', number: expected, box, scale: Math.min(1, view.zoom)})
  }

  const load = async () => {
    const mine = ++newest
    const bytes = [model.get('left'), model.get('right')]
    if (!bytes.every(b => b.byteLength)) return
    const images = await bitmaps(bytes)
    if (!images || mine != newest) return
    view.images = images
    view.part = null
    view.asked = null
    draw()
  }

  const arrived = async (message, buffers) => {
    if (message.kind != 'part' || message.number != expected) return
    const images = await bitmaps(buffers)
    if (!images || message.number != expected) return
    view.part = {box: message.box, images}
    view.draw()
  }

  const ends = [listen(model, 'change:pictures', load), listen(model, 'msg:custom', arrived)]
  load()
  const end = () => {
    clearTimeout(timer)
    ends.forEach(stop => stop())
  }
  return {draw, end}
}
