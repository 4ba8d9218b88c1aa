// @ts-check
/**
 * The moving part of the sign-in page: listens to what the terminal reports, hands the card's
 * answer in, and shows every state in the same place. All words come from the server.
 */

/**
 * @typedef {object} StateView
 * @property {string} state
 * @property {string} picture
 * @property {string} heading - may hold `{placeholders}`
 * @property {string} advice
 * @property {string | null} code
 * @property {boolean} stopped - the person has to press "try again"
 *
 * @typedef {object} Challenge
 * @property {string} id
 * @property {string} number
 * @property {number} expiresInSeconds
 *
 * @typedef {Record<string, string | number>} Values
 */

const page = find('sign-in')
const stage = find('stage')
const retry = /** @type {HTMLButtonElement} */ (find('retry'))
const cancel = /** @type {HTMLFormElement} */ (find('cancel'))
const { base = '', language = 'vi', application = '' } = page.dataset

/** @type {Record<string, StateView>} */
const states = JSON.parse(find('states').textContent ?? '')

/** Seconds between quiet attempts while no agent runs: soon enough to feel immediate. */
const agentPollSeconds = 3
/** A hand-in whose answer never came is asked about once more after this. */
const reconnectSeconds = 2

/** The challenge that is watched now; null while none is. @type {Challenge | null} */
let challenge = null
/** How this page words "place your card": with or without the PIN. */
let waiting = 'waiting'
/** What stood here before the network went. @type {{ view: StateView, values: Values } | null} */
let beforeOffline = null
/** @type {{ view: StateView, values: Values }} */
let shown = { view: stateNamed(stage.dataset['state'] ?? 'waiting'), values: {} }
/** @type {EventSource | null} */
let events = null
/** @type {number | undefined} */
let expiry
/** @type {number | undefined} */
let nextAttempt
let isBusy = false

retry.addEventListener('click', () => void start())
cancel.addEventListener('submit', (event) => {
  event.preventDefault()
  void leave()
})
// The script of passkeys asks the device; it is heard here, so that one place shows and hands in.
listen('passkey-asked', () => show(stateNamed('passkey-asked')))
listen('passkey-not-used', () => show(stateNamed('passkey-not-used')))
listen('passkey-refused', (fault) => showFault(fault))
listen('passkey-answered', (answer) => {
  // The terminal hears that nobody waits for a card any more.
  void handIn('passkey/finish', { ...answer, cardChallengeId: challenge?.id })
})
addEventListener('offline', goOffline)
addEventListener('online', goOnline)
document.addEventListener('visibilitychange', lookAgain)
addEventListener('focus', lookAgain)
// A page that is left loses its event stream; without this it would take that for a refusal and
// ask the terminal for a card once more, in the face of the page that comes next.
addEventListener('pagehide', stopWatching)
// A page that comes back from the browser's memory shows a sign-in that is long over.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})
begin({ state: shown.view.state, challenge: challengeOfPage() })

/** @param {{ state: string, challenge: Challenge | null }} beginning */
function begin(beginning) {
  stopWatching()
  challenge = beginning.challenge
  showNumber(challenge)
  if (challenge !== null) {
    delete page.dataset['way']
    waiting = beginning.state
    watch(challenge)
  } else if (beginning.state === 'no-agent') {
    nextAttempt = setTimeout(() => void start({ quietly: true }), agentPollSeconds * 1000)
  }
}

/** @param {Challenge} watched */
function watch(watched) {
  const query = new URLSearchParams({ challenge: watched.id, lang: language })
  events = new EventSource(`${base}/events?${query}`)
  events.addEventListener('message', ({ data }) => hear(JSON.parse(data)))
  events.addEventListener('open', goOnline)
  events.addEventListener('error', () => {
    // Closed for good means the server refused: asking anew tells why. Otherwise it reconnects.
    if (events?.readyState === EventSource.CLOSED) void start()
    else if (!navigator.onLine) goOffline()
  })
  expiry = setTimeout(() => end('timed-out'), watched.expiresInSeconds * 1000)
}

/** @param {{ state: string, n?: number }} heard */
function hear({ state, n = 0 }) {
  if (isBusy) return
  if (state === 'signing-in') {
    void finish()
    return
  }
  if (stateNamed(state).stopped) end(state)
  else show(stateNamed(state === 'waiting' ? waiting : state), { n })
}

/** Hands the card's answer in: this very browser has to, its cookies are part of the proof. */
async function finish() {
  if (challenge !== null) await handIn('finish', { challengeId: challenge.id })
}

/**
 * @param {'finish' | 'passkey/finish'} where
 * @param {object} proof
 */
async function handIn(where, proof) {
  stopWatching()
  showNumber(null)
  show(stateNamed('signing-in'))
  const answer = await ask(where, proof)
  if (answer === null) return
  const { name, redirect } = answer
  show(stateNamed('done'), { name })
  location.assign(redirect)
}

/** Begins anew, in place. @param {{ quietly?: boolean }} [options] */
async function start({ quietly = false } = {}) {
  if (isBusy) return
  if (!quietly) retry.disabled = true
  const beginning = await ask('start', {})
  retry.disabled = false
  if (beginning === null) return
  if (beginning.terminalName !== null) find('terminal').textContent = beginning.terminalName
  if (beginning.state !== shown.view.state) show(stateNamed(beginning.state))
  begin(beginning)
}

async function leave() {
  const challengeId = challenge?.id
  stopWatching()
  const answer = await ask('cancel', { challengeId })
  if (answer !== null) location.assign(answer.redirect)
}

/**
 * Posts to the server. A refusal, a fault and a lost network are shown here.
 *
 * @param {'start' | 'finish' | 'passkey/finish' | 'cancel'} what
 * @param {object} body
 * @returns {Promise<any>} the answer, or null where something else is shown instead
 */
async function ask(what, body) {
  isBusy = true
  try {
    const answer = await fetch(`${base}/${what}?lang=${language}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify(body),
    })
    const read = await answer.json()
    if (answer.ok) return read
    showFault(read)
  } catch {
    goOffline()
    nextAttempt = setTimeout(() => void start({ quietly: true }), reconnectSeconds * 1000)
  } finally {
    isBusy = false
  }
  return null
}

/** @param {{ view: StateView, retryAfterSeconds: number | null }} fault */
function showFault({ view, retryAfterSeconds }) {
  stopWatching()
  showNumber(null)
  if (retryAfterSeconds === null) show(view)
  else countDown(retryAfterSeconds)
}

/** @param {number} seconds */
function countDown(seconds) {
  if (seconds <= 0) {
    void start({ quietly: true })
    return
  }
  show(stateNamed('busy'), { n: seconds })
  // Screen readers hear the first number, not every one.
  find('status').setAttribute('aria-busy', 'true')
  nextAttempt = setTimeout(() => countDown(seconds - 1), 1000)
}

/** @param {string} state */
function end(state) {
  stopWatching()
  showNumber(null)
  show(stateNamed(state))
}

function stopWatching() {
  events?.close()
  events = null
  clearTimeout(expiry)
  clearTimeout(nextAttempt)
}

function goOffline() {
  if (shown.view.state === 'offline') return
  beforeOffline = shown
  show(stateNamed('offline'))
}

function goOnline() {
  if (shown.view.state !== 'offline' || beforeOffline === null) return
  show(beforeOffline.view, beforeOffline.values)
  beforeOffline = null
}

/** The person may have paired this browser, or started the agent, in another window. */
function lookAgain() {
  const { state } = shown.view
  const isWorthwhile = state === 'not-paired' || state === 'no-agent'
  if (isWorthwhile && document.visibilityState === 'visible') void start({ quietly: true })
}

/**
 * @param {StateView} view
 * @param {Values} [values]
 */
function show(view, values = {}) {
  shown = { view, values }
  const known = { application, ...values }
  const heading = fill(view.heading, known)
  find('status').removeAttribute('aria-busy')
  stage.dataset['state'] = view.state
  stage.dataset['picture'] = view.picture
  find('heading').textContent = heading
  find('advice').textContent = fill(view.advice, known)
  find('code').textContent = view.code
  document.title = `${heading} · ${application}`
  retry.hidden = !view.stopped
  // On a phone the passkey stands above: what went wrong must not wait below the edge.
  if (view.stopped) stage.scrollIntoView({ block: 'nearest' })
  // Enter is enough to go on, unless the person is busy elsewhere on the page.
  if (view.stopped && document.activeElement === document.body) retry.focus()
}

/** @param {Challenge | null} next */
function showNumber(next) {
  find('number').hidden = next === null
  if (next !== null) find('number-digits').textContent = next.number
}

/** @returns {Challenge | null} */
function challengeOfPage() {
  const { challenge: id, expiresIn } = page.dataset
  const number = find('number-digits').textContent ?? ''
  return id === undefined ? null : { id, number, expiresInSeconds: Number(expiresIn) }
}

/** @param {string} name */
function stateNamed(name) {
  const view = states[name]
  if (view === undefined) throw new Error(`no state ${name}`)
  return view
}

/**
 * @param {string} sentence
 * @param {Values} values
 */
function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))
}

/**
 * @param {string} what
 * @param {(detail: any) => void} heard
 */
function listen(what, heard) {
  page.addEventListener(what, (event) => heard(/** @type {CustomEvent} */ (event).detail))
}

/** @param {string} id */
function find(id) {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`no element ${id}`)
  return element
}
