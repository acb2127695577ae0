// What every widget uses. dic/widgets/viewer.py joins the files of a widget into one module.

const NAMESPACES = {svg: 'http://www.w3.org/2000/svg', html: 'http://www.w3.org/1999/xhtml'}

// Make an element; attributes that start with `on` are listeners.
const element = (space, tag, attributes, children) => {
  const made = document.createElementNS(NAMESPACES[space], tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value)
    else made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

const node = (tag, attributes = {}, ...children) => element('html', tag, attributes, children)

const svg = (tag, attributes = {}, ...children) => element('svg', tag, attributes, children)

const clamp = (value, low, high) => Math.min(Math.max(value, low), high)

// Call `handler` on these events of the model until the function returned is called.
const listen = (model, events, handler) => {
  model.on(events, handler)
  return () => model.off(events, handler)
}
