// A button for a file. An upload goes to the kernel in pieces, since servers refuse messages of
// more than 10 MB; a download is made by the kernel when the button is pressed.

const PIECE = 2 ** 20 // Bytes of a message
const KEPT = 60000 // ms that the browser has to save a file

// Give a file to the browser.
const save = (root, {name, type}, buffers) => {
  const href = URL.createObjectURL(new Blob(buffers, {type}))
  const link = node('a', {href, download: name})
  root.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(href), KEPT)
}

// Send a file to the kernel.
const send = async (model, file) => {
  model.send({kind: 'start', name: file.name, size: file.size})
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = await file.slice(at, at + PIECE).arrayBuffer()
    model.send({kind: 'piece'}, undefined, [piece])
  }
  model.send({kind: 'end'})
}

const render = ({model, el}) => {
  const press = () => {
    if (model.get('upload')) input.click()
    else model.send({kind: 'make'})
  }
  const input = node('input', {
    type: 'file',
    accept: model.get('accept'),
    style: 'display: none',
    'aria-label': model.get('label')
  })
  const button = node('button', {type: 'button', onclick: press})
  const root = node('div', {class: 'dic dic-file', style: 'width: auto'}, button, input)

  const show = () => {
    button.textContent = model.get('label')
    button.disabled = model.get('disabled')
    button.title = model.get('tip')
  }

  input.addEventListener('change', () => {
    if (input.files[0]) send(model, input.files[0])
    input.value = ''
  })
  root.addEventListener('dragover', event => {
    if (model.get('upload')) event.preventDefault()
  })
  root.addEventListener('drop', event => {
    const file = event.dataTransfer.files[0]
    if (!model.get('upload') || !file) return
    event.preventDefault()
    send(model, file)
  })

  const told = (message, buffers) => {
    if (message.kind == 'file') save(root, message, buffers)
  }

  el.append(root)
  show()
  const ends = [
    listen(model, 'change:label change:disabled change:tip', show),
    listen(model, 'msg:custom', told)
  ]
  return () => ends.forEach(stop => stop())
}

export default {render}
