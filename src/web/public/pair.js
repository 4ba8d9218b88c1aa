// @ts-check
/** Pairs this browser with the terminal whose agent opened the page: once, when the person agrees. */

/** @typedef {{ heading: string, advice: string }} Words */

/** @type {Record<'pairing' | 'noCode' | 'done' | 'noConnection', Words>} */
const texts = JSON.parse(find('texts').textContent ?? '')
const button = /** @type {HTMLButtonElement} */ (find('pair'))

// The code leaves address bar and history at once; the server never saw it in an address.
const code = location.hash.slice(1)
history.replaceState(null, '', location.pathname + location.search)

if (code === '') {
  show('absent', texts.noCode)
  button.hidden = true
} else {
  button.addEventListener('click', () => void pair())
  button.focus()
}

async function pair() {
  button.disabled = true
  show('reading', texts.pairing)
  try {
    await send()
  } catch {
    show('absent', texts.noConnection)
    button.disabled = false
    button.focus()
  }
}

async function send() {
  const answer = await fetch(`/terminal/pair?lang=${button.dataset['language']}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ code }),
  })
  const body = await answer.json()
  button.hidden = true
  if (!answer.ok) {
    show('fault', body.view, body.view.code)
    return
  }
  const heading = texts.done.heading.replace('{terminal}', body.terminal)
  show('done', { heading, advice: texts.done.advice })
}

/**
 * @param {string} picture
 * @param {Words} words
 * @param {string | null} [code]
 */
function show(picture, words, code = null) {
  find('stage').dataset['picture'] = picture
  find('heading').textContent = words.heading
  find('advice').textContent = words.advice
  find('code').textContent = code
}

/** @param {string} id */
function find(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`no element ${id}`)
  return element
}
