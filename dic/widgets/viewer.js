// Two pictures of one size through one window, and under each what is known about it.

const FLICKER = 700 // ms for each picture
const HINT =
  'The wheel zooms, dragging pans. ' +
  'Keys: ← → wipe, + − zoom, 0 fit, 1 2 3 modes, Shift and arrows pan.'

const button = (label, act, more = {}) =>
  node('button', {type: 'button', onclick: act, ...more}, label)

const set = (...children) => node('span', {class: 'dic-set'}, ...children)

// What buttons, pointer and keys can do.
const actionsOf = (view, model, draw) => {
  const change = (name, value) => {
    model.set(name, value)
    model.save_changes()
  }
  const fit = () => {
    view.fits = true
    draw()
  }
  const pan = (dx, dy) => {
    view.pan(dx, dy)
    draw()
  }
  const zoomTo = zoom => {
    view.zoomTo(zoom, view.panes()[0][2] / 2, view.canvas.height / 2)
    draw()
  }
  return {
    draw,
    fit,
    pan,
    zoomTo,
    zoom: factor => zoomTo(view.zoom * factor),
    mode: mode => change('mode', mode),
    wipe: share => change('wipe', clamp(share, 0, 1))
  }
}

// The elements on top of which the pictures are painted.
const stageOf = room => {
  const canvas = node('canvas', {tabindex: 0, role: 'img'})
  const wipe = node('div', {
    class: 'dic-wipe',
    tabindex: 0,
    role: 'slider',
    'aria-label': 'Wipe',
    'aria-valuemin': 0,
    'aria-valuemax': 100
  })
  const chips = [0, 1].map(() => node('span', {class: 'dic-chip'}))
  const style = `height: ${room}`
  const stage = node('div', {class: 'dic-stage', style}, canvas, wipe, ...chips)
  return {stage, canvas, wipe, chips}
}

const toolbar = (modes, zoom, actions) =>
  node(
    'div',
    {class: 'dic-bar', role: 'toolbar', 'aria-label': 'View'},
    set(...modes),
    set(
      button('−', () => actions.zoom(0.8), {'aria-label': 'Zoom out'}),
      button('+', () => actions.zoom(1.25), {'aria-label': 'Zoom in'})
    ),
    button('Fit', () => actions.fit()),
    button('100 %', () => actions.zoomTo(1), {'aria-label': 'Actual pixels'}),
    zoom
  )

// The names over the pictures; one that the wipe has almost covered is left out.
const showChips = (chips, {mode, turn}, cut, names) => {
  const covered = side => (side ? cut > 0.93 : cut < 0.07)
  chips.forEach((chip, side) => {
    chip.textContent = names[side]
    chip.hidden = (mode == 'flicker' && turn != side) || (mode == 'wipe' && covered(side))
    chip.style.cssText = side && mode != 'flicker' ? 'right: 10px' : 'left: 10px'
  })
  if (mode == 'side') chips[1].style.cssText = 'left: calc(50% + 12px)'
}

// What is said under one picture.
const showFacts = (side, name, busy, facts) => {
  const spin = () => node('span', {class: 'dic-spin', role: 'status', 'aria-label': 'working'})
  side.replaceChildren(
    node('b', {}, name, ...(busy ? [spin()] : [])),
    ...facts.map(([unit, value]) =>
      node('span', {'data-fact': unit}, value, ' ', node('i', {}, unit))
    )
  )
}

const render = ({model, el}) => {
  const {stage, canvas, wipe, chips} = stageOf(model.get('room'))
  const view = new Window(model, canvas)
  const zoom = node('span', {class: 'dic-zoom', 'aria-live': 'polite'})
  const sides = [0, 1].map(side => node('div', {class: 'dic-side', 'data-side': side}))

  const showState = () => {
    const cut = model.get('wipe')
    const percent = 100 * view.zoom
    const names = model.get('names')
    modes.forEach((b, i) => b.setAttribute('aria-pressed', Object.keys(MODES)[i] == view.mode))
    zoom.textContent = `${percent.toFixed(percent < 10 ? 1 : 0)} %`
    wipe.hidden = view.mode != 'wipe'
    wipe.style.left = `${100 * cut}%`
    wipe.setAttribute('aria-valuenow', Math.round(100 * cut))
    canvas.setAttribute('aria-label', names.join(' and '))
    showChips(chips, view, cut, names)
  }

  const showSides = () => {
    const [names, busy, facts] = ['names', 'busy', 'facts'].map(name => model.get(name))
    sides.forEach((side, i) => showFacts(side, names[i], busy[i], facts[i]))
  }

  const {draw, end} = follow(view, model, showState)
  const actions = actionsOf(view, model, draw)
  const modes = Object.entries(MODES).map(([mode, label]) =>
    button(label, () => actions.mode(mode))
  )
  const root = node(
    'div',
    {
      class: 'dic dic-view',
      'data-lm-suppress-shortcuts': 'true', // JupyterLab's own rest while the window has the focus
      role: 'group',
      'aria-label': 'Two pictures to compare'
    },
    toolbar(modes, zoom, actions),
    stage,
    node('div', {class: 'dic-under'}, ...sides),
    node('div', {class: 'dic-hint'}, HINT)
  )
  el.append(root)
  control(view, stage, wipe, actions)

  const resized = () => {
    canvas.width = Math.max(1, Math.round(stage.clientWidth * devicePixelRatio))
    canvas.height = Math.max(1, Math.round(stage.clientHeight * devicePixelRatio))
    draw()
  }
  const observer = new ResizeObserver(resized)
  observer.observe(stage)

  const flicker = () => {
    if (view.mode != 'flicker' || !root.isConnected) return
    view.turn = 1 - view.turn
    view.draw()
    showState()
  }
  const timer = setInterval(flicker, FLICKER)

  const ends = [
    end,
    () => clearInterval(timer),
    () => observer.disconnect(),
    listen(model, 'change:mode change:wipe change:size', draw),
    listen(model, 'change:names change:facts change:busy', showSides),
    listen(model, 'change:names', showState)
  ]
  showSides()
  return () => ends.forEach(stop => stop())
}

export default {render}
