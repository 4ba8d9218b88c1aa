// @ts-check
/** Adds a passkey on its holder's own page: asks the server, then the device, then hands in. */

/** @type {typeof import('@simplewebauthn/browser')} */
const library = Reflect.get(globalThis, 'SimpleWebAuthnBrowser')
const { language = 'vi' } = find('passkeys').dataset
const status = find('passkey-status')
const form = document.querySelector('form#add-passkey')

if (form instanceof HTMLFormElement) prepare(form)
if (status.dataset['done'] !== undefined) tellOnce()

/** What was done is said where the person is; another look at the page does not say it again. */
function tellOnce() {
  status.focus()
  const address = new URL(location.href)
  address.searchParams.delete('done')
  history.replaceState(null, '', address)
}

/** @param {HTMLFormElement} adding */
function prepare(adding) {
  /** @type {Record<'asking' | 'notMade' | 'unsupported' | 'noConnection', string>} */
  const texts = JSON.parse(adding.dataset['texts'] ?? '{}')
  const button = adding.querySelector('button')
  if (button === null) return
  if (!library.browserSupportsWebAuthn()) {
    say(texts.unsupported)
    button.disabled = true
    return
  }
  adding.addEventListener('submit', (event) => {
    event.preventDefault()
    button.disabled = true
    say(texts.asking)
    add(String(new FormData(adding).get('name'))).then(
      () => location.assign('/passkeys?done=added'),
      (/** @type {unknown} */ fault) => {
        button.disabled = false
        button.focus()
        say(wordsOf(fault, texts))
      },
    )
  })
}

/** @param {string} name */
async function add(name) {
  const { challengeId, options } = await ask('start', {})
  const response = await library.startRegistration({ optionsJSON: options })
  await ask('finish', { challengeId, name, response })
}

/** What the server refuses with. */
class Refused extends Error {}

/**
 * @param {'start' | 'finish'} what
 * @param {object} body
 */
async function ask(what, body) {
  const answer = await fetch(`/passkeys/register/${what}?lang=${language}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  })
  const read = await answer.json()
  if (answer.ok) return read
  throw new Refused(`${read.view.heading}. ${read.view.advice} (${read.view.code})`)
}

/**
 * @param {unknown} fault
 * @param {Record<'notMade' | 'noConnection', string>} texts
 */
function wordsOf(fault, texts) {
  if (fault instanceof Refused) return fault.message
  return fault instanceof TypeError ? texts.noConnection : texts.notMade
}

/** @param {string} words */
function say(words) {
  status.hidden = false
  status.textContent = words
}

/** @param {string} id */
function find(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`no element ${id}`)
  return element
}
