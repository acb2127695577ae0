// Points of rate and quality, joined by lines; a click, Enter or the space bar chooses one.

const COLOURS = ['#d1495b', '#2e6fba', '#2a8f5b', '#c77d0a', '#7d4fb5', '#4c5a67']
const HEIGHT = 320
const LEAST_WIDTH = 320
const MARGIN = {left: 52, right: 14, top: 12, bottom: 40}

const colour = curve => COLOURS[curve % COLOURS.length]

const text = (content, attributes) =>
  svg('text', {fill: 'currentColor', 'font-size': 12, ...attributes}, content)

// About `count` round numbers between two.
const ticks = (low, high, count) => {
  const rough = (high - low) / count
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(k => k * unit).find(s => s >= rough * 0.999)
  const found = []
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9; k++) {
    found.push(+(k * step).toPrecision(6))
  }
  return found
}

// The area that holds all points: its edges in pixels, the values at its ends, and functions
// from values to pixels.
const areaOf = (points, width) => {
  const rates = points.map(([rate]) => rate)
  const qualities = points.map(([, quality]) => quality)
  const [least, most] = [Math.min(...qualities), Math.max(...qualities)]
  const room = Math.max(most - least, 1) * 0.06
  const [low, high, top] = [least - room, most + room, Math.max(...rates) * 1.04]
  const edges = {
    left: MARGIN.left,
    right: width - MARGIN.right,
    top: MARGIN.top,
    bottom: HEIGHT - MARGIN.bottom
  }
  const x = rate => edges.left + (edges.right - edges.left) * rate / top
  const y = quality => edges.bottom - (edges.bottom - edges.top) * (quality - low) / (high - low)
  return {...edges, width, low, high, rates: top, x, y}
}

const gridOf = ({left, right, top, bottom, low, high, rates, x, y}) => {
  const line = ends => svg('line', {...ends, stroke: 'var(--line)'})
  const column = rate => [
    line({x1: x(rate), x2: x(rate), y1: top, y2: bottom}),
    text(rate, {x: x(rate), y: bottom + 16, 'text-anchor': 'middle'})
  ]
  const row = quality => [
    line({x1: left, x2: right, y1: y(quality), y2: y(quality)}),
    text(quality, {x: left - 8, y: y(quality) + 4, 'text-anchor': 'end'})
  ]
  return [...ticks(0, rates, 8).flatMap(column), ...ticks(low, high, 6).flatMap(row)]
}

const titlesOf = ({left, right, top, bottom}) => {
  const middle = (bottom + top) / 2
  return [
    text('bits per pixel', {x: (left + right) / 2, y: HEIGHT - 6, 'text-anchor': 'middle'}),
    text('PSNR, dB', {
      x: 14,
      y: middle,
      transform: `rotate(-90 14 ${middle})`,
      'text-anchor': 'middle'
    })
  ]
}

const lineOf = ({points}, i, {x, y}) =>
  svg('polyline', {
    points: points.map(([rate, quality]) => `${x(rate)},${y(quality)}`).join(' '),
    fill: 'none',
    stroke: colour(i),
    'stroke-width': 2
  })

const dotOf = (name, [rate, quality, setting], fill, chosen, choose, {x, y}) => {
  const label = `${name} ${setting}: ${rate.toFixed(3)} bpp, ${quality.toFixed(2)} dB`
  const keydown = event => {
    if (event.key != 'Enter' && event.key != ' ') return
    event.preventDefault()
    event.stopPropagation()
    choose()
  }
  const look = {
    cx: x(rate),
    cy: y(quality),
    r: chosen ? 8 : 5.5,
    fill,
    stroke: chosen ? 'var(--ink)' : 'var(--paper)',
    'stroke-width': chosen ? 3 : 1.5,
    style: 'cursor: pointer'
  }
  const role = {tabindex: 0, role: 'button', 'aria-label': label, 'aria-pressed': chosen}
  const listeners = {onclick: choose, onkeydown: keydown}
  return svg('circle', {...look, ...role, ...listeners}, svg('title', {}, label))
}

const legendOf = curves => {
  const swatch = i => node('span', {class: 'dic-swatch', style: `background: ${colour(i)}`})
  return node(
    'div',
    {class: 'dic-bar dic-legend', style: `margin-left: ${MARGIN.left}px`},
    ...curves.map(({name}, i) => node('span', {}, swatch(i), name)),
    node('span', {class: 'dic-hint'}, 'A click on a point shows that reconstruction')
  )
}

const render = ({model, el}) => {
  const root = node('div', {
    class: 'dic',
    'data-lm-suppress-shortcuts': 'true',
    role: 'group',
    'aria-label': 'Rate and distortion'
  })
  el.append(root)

  const choose = (i, j) => {
    model.set('chosen', [i, j])
    model.save_changes()
  }

  const chart = curves => {
    const [chosenCurve, chosenPoint] = model.get('chosen')
    const points = curves.flatMap(curve => curve.points)
    const area = areaOf(points, Math.max(root.clientWidth, LEAST_WIDTH))
    const dots = curves.flatMap(({name, points}, i) =>
      points.map((point, j) => {
        const chosen = i == chosenCurve && j == chosenPoint
        return dotOf(name, point, colour(i), chosen, () => choose(i, j), area)
      })
    )
    return svg(
      'svg',
      {width: area.width, height: HEIGHT, style: 'display: block'},
      ...gridOf(area),
      ...curves.map((curve, i) => lineOf(curve, i, area)),
      ...dots,
      ...titlesOf(area)
    )
  }

  const draw = () => {
    const curves = model.get('curves')
    if (!curves.some(({points}) => points.length)) {
      root.replaceChildren(node('div', {class: 'dic-hint'}, 'Curves appear as they are measured'))
      return
    }
    const focus = document.activeElement
    const label = root.contains(focus) && focus.getAttribute('aria-label')
    root.replaceChildren(chart(curves), legendOf(curves))
    if (label) root.querySelector(`[aria-label="${label}"]`)?.focus()
  }

  const observer = new ResizeObserver(draw)
  observer.observe(root)
  const end = listen(model, 'change:curves change:chosen', draw)
  return () => {
    observer.disconnect()
    end()
  }
}

export default {render}
