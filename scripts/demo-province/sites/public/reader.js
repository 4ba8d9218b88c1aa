/* global document, fetch, window */

// The hands at the virtual reader: they place and lift cards and type on the PIN pad.
const form = document.querySelector('[data-pin]')
const input = form.querySelector('input')

for (const card of document.querySelectorAll('[data-card]')) {
  card.addEventListener('click', () => {
    const lies = card.getAttribute('aria-pressed') === 'true'
    tell('/card', { card: lies ? null : card.dataset.card })
  })
}

document.querySelector('[data-lifts-early]')?.addEventListener('change', (event) => {
  tell('/lifts-early', { on: event.target.checked })
})

for (const key of form.querySelectorAll('[data-digit]')) {
  key.addEventListener('click', () => {
    if (input.value.length < input.maxLength) input.value += key.dataset.digit
  })
}

form.querySelector('[data-erase]').addEventListener('click', () => {
  input.value = ''
  input.focus()
})

form.querySelector('[data-cancel-pin]').addEventListener('click', () => answer(null))

form.addEventListener('submit', (event) => {
  event.preventDefault()
  answer(input.value)
})

document.addEventListener('live', ({ detail }) => {
  const toggle = document.querySelector('[data-lifts-early]')
  if (toggle !== null) toggle.checked = detail.liftsEarly
  const isNew = detail.asksPin && form.dataset.serial !== detail.pinSerial
  form.dataset.serial = detail.pinSerial
  if (!detail.asksPin) input.value = ''
  if (!isNew) return
  input.value = ''
  window.focus()
  input.focus()
  form.scrollIntoView({ block: 'nearest' })
})

if (!form.closest('[data-show]').hidden) input.focus()

function answer(pin) {
  input.value = ''
  tell('/pin', { pin })
}

function tell(path, body) {
  return fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}
