// @ts-check
/**
 * Passkeys on the sign-in page: offers them in the browser's own list from the start, and by a
 * button. What the device answers goes to the script beside this one, which shows and hands in.
 */

/** @type {typeof import('@simplewebauthn/browser')} */
const library = Reflect.get(globalThis, 'SimpleWebAuthnBrowser')
const page = find('sign-in')
const use = /** @type {HTMLButtonElement} */ (find('passkey-use'))
const { base = '', language = 'vi' } = page.dataset

/** A challenge lasts five minutes; the list asks with a new one before that. */
const renewalSeconds = 270

/** @type {number | undefined} */
let renewal

if (library.browserSupportsWebAuthn()) {
  find('passkey').hidden = false
  use.addEventListener('click', () => void askDevice())
  void offerInList()
}

/** Waits, without showing anything, until the person picks a passkey in the browser's list. */
async function offerInList() {
  if (!(await library.browserSupportsWebAuthnAutofill())) return
  renewal = setTimeout(() => void offerInList(), renewalSeconds * 1000)
  const begun = await begin()
  if (!begun.ok) return
  const { challengeId, options } = begun.read
  try {
    const asked = { optionsJSON: options, useBrowserAutofill: true }
    answer(challengeId, await library.startAuthentication(asked))
  } catch {
    // Another question took its place, or nobody picked one: the card and the button are there.
  }
}

async function askDevice() {
  clearTimeout(renewal)
  use.disabled = true
  tell('passkey-asked')
  try {
    const begun = await begin()
    if (!begun.ok) tell('passkey-refused', begun.read)
    else {
      const { challengeId, options } = begun.read
      answer(challengeId, await library.startAuthentication({ optionsJSON: options }))
    }
  } catch {
    tell('passkey-not-used')
  } finally {
    use.disabled = false
  }
}

/** @returns {Promise<{ ok: boolean, read: any }>} */
async function begin() {
  const started = await fetch(`${base}/passkey/start?lang=${language}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: '{}',
  })
  return { ok: started.ok, read: await started.json() }
}

/**
 * @param {string} challengeId
 * @param {object} response
 */
function answer(challengeId, response) {
  clearTimeout(renewal)
  tell('passkey-answered', { challengeId, response })
}

/**
 * @param {string} what
 * @param {unknown} [detail]
 */
function tell(what, detail) {
  page.dispatchEvent(new CustomEvent(what, { detail }))
}

/** @param {string} id */
function find(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`no element ${id}`)
  return element
}
