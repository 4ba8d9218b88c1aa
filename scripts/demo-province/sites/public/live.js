/* global CustomEvent, document, EventSource, window */

// Keeps the page as its server says: texts, what is shown, what is pressed or disabled.
const address = document.body.dataset.live
if (address !== undefined) followWhileInUse()

for (const link of document.querySelectorAll('a[data-popup]')) {
  link.addEventListener('click', (event) => {
    const size = link.dataset.popup
    const opened = window.open(link.href, link.target, `popup,${size}`)
    if (opened === null) return
    event.preventDefault()
    opened.focus()
  })
}

// A stream keeps the cookies it began with: whoever comes back to the page begins a new one.
function followWhileInUse() {
  let source = follow()
  const again = () => {
    source.close()
    source = follow()
  }
  window.addEventListener('focus', again)
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) again()
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') again()
  })
}

function follow() {
  const source = new EventSource(address)
  const offline = document.querySelector('[data-offline]')
  source.addEventListener('message', (event) => {
    offline.hidden = true
    apply(JSON.parse(event.data))
  })
  source.addEventListener('error', () => {
    offline.hidden = false
  })
  return source
}

function apply(values) {
  forEach('text', (element, name) => {
    // Untouched where equal, so that a screen reader does not say it again.
    if (element.textContent !== values[name]) element.textContent = values[name]
  })
  forEach('show', (element, name) => {
    hide(element, !values[name])
  })
  forEach('hide', (element, name) => {
    hide(element, Boolean(values[name]))
  })
  forEach('value', (element, name) => {
    element.dataset.is = String(values[name])
  })
  forEach('pressed', (element, name) => {
    element.setAttribute('aria-pressed', String(values[name]))
  })
  forEach('disabled', (element, name) => {
    element.disabled = Boolean(values[name])
  })
  document.dispatchEvent(new CustomEvent('live', { detail: values }))
}

function forEach(binding, act) {
  for (const element of document.querySelectorAll(`[data-${binding}]`)) {
    act(element, element.dataset[binding])
  }
}

/** Elements of a drawing have the attribute alone. */
function hide(element, isHidden) {
  element.toggleAttribute('hidden', isHidden)
}
