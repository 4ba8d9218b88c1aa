import { z } from 'zod'
import { AgentError } from './agent-error.ts'
import { findTerminal, saveTerminal, type EnrolledTerminal } from './agent-state.ts'
import type { Clock } from './clock.ts'
import { parseIssuer } from './issuer.ts'
import { makePrivateFolder } from './private-file.ts'
import { maxFrameBytes } from './protocol.ts'
import { createTerminalKey, saveTerminalKey, type TerminalKey } from './terminal-key.ts'

export interface EnrolmentRequest {
  /** As typed; an origin, https unless on loopback. */
  readonly issuer: string
  /** The one-time code of the administrator, in whatever spacing it was typed. */
  readonly code: string
  readonly stateDir: string
  /** What this terminal is called in its own messages. Default: the administrator's name for it. */
  readonly name?: string
  /** Enrol again where an enrolment exists already. Default false. */
  readonly replace?: boolean
}

const answerMs = 15_000

const enrolled = z.object({
  terminalId: z.uuid(),
  name: z.string().max(300),
  mode: z.enum(['managed', 'personal']),
  certificate: z.base64().min(1),
  issuer: z.string(),
})

const refusal = z.object({ error: z.string().max(100), message: z.string().max(1000) })

/**
 * Makes the terminal's key, exchanges the one-time code for its enrolment and pins the issuer.
 *
 * Nothing is written before the service has agreed, so a refused code leaves no trace and an
 * earlier enrolment stays whole.
 *
 * @throws AgentError `ISSUER_INVALID`, `ALREADY_ENROLLED`, `ENROLMENT_REFUSED`, `ISSUER_MISMATCH`,
 *   `SERVICE_UNREACHABLE`, `ANSWER_MALFORMED`, `STATE_UNREADABLE`
 */
export async function enrol(clock: Clock, request: EnrolmentRequest): Promise<EnrolledTerminal> {
  const issuer = parseIssuer(request.issuer)
  await makePrivateFolder(request.stateDir)
  await checkNotEnrolled(request)
  const key = createTerminalKey(clock)
  const answer = await askForEnrolment(issuer, request.code, key)
  if (answer.issuer !== issuer) {
    const message = `The service at ${issuer} calls itself ${answer.issuer}. Enrol at that address.`
    throw new AgentError('ISSUER_MISMATCH', message)
  }
  const terminal = terminalOf(answer, request.name)
  // The key first: a terminal.json without its key would look like an enrolment.
  await saveTerminalKey(request.stateDir, key)
  await saveTerminal(request.stateDir, terminal)
  return terminal
}

async function checkNotEnrolled({ stateDir, replace }: EnrolmentRequest): Promise<void> {
  if (replace === true) return
  const terminal = await findTerminal(stateDir)
  if (terminal === null) return
  throw new AgentError(
    'ALREADY_ENROLLED',
    `This is already the terminal "${terminal.name}" at ${terminal.issuer}. To enrol it anew, add --replace`,
  )
}

function terminalOf(answer: z.infer<typeof enrolled>, ownName?: string): EnrolledTerminal {
  const { terminalId: id, name, mode, certificate, issuer } = answer
  return { id, issuer, name: ownName ?? name, mode, certificate, pairingOffered: false }
}

async function askForEnrolment(
  issuer: string,
  typedCode: string,
  key: TerminalKey,
): Promise<z.infer<typeof enrolled>> {
  // The service reads codes without spaces and dashes; the proof is over what is sent.
  const code = typedCode.toUpperCase().replace(/[\s-]/g, '')
  const proof = await key.signEnrolment(code, issuer)
  const publicKey = key.publicKey.toString('base64')
  const response = await post(`${issuer}/terminal/enrol`, { code, publicKey, proof })
  const body: unknown = parseJson(await readBody(response))
  if (response.status !== 201) throw refused(response.status, body)
  const { data } = enrolled.safeParse(body)
  if (data !== undefined) return data
  throw new AgentError('ANSWER_MALFORMED', `${issuer} did not answer like an e-card service.`)
}

async function post(url: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // A redirect would carry the code to somebody else.
      redirect: 'error',
      signal: AbortSignal.timeout(answerMs),
    })
  } catch (error) {
    const message = `${url} cannot be reached. Check the address and the network.`
    throw new AgentError('SERVICE_UNREACHABLE', message, error)
  }
}

/** At most as much as a frame: a service sends far less. */
async function readBody({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let total = 0
  const reader = body?.getReader()
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    total += next.value.length
    if (total > maxFrameBytes) {
      await reader?.cancel()
      throw new AgentError('ANSWER_MALFORMED', 'The answer of the service is too long.')
    }
    parts.push(next.value)
  }
  return Buffer.concat(parts).toString('utf8')
}

function refused(status: number, body: unknown): AgentError {
  const { data } = refusal.safeParse(body)
  const why = data === undefined ? `HTTP status ${status}` : `${data.message} (${data.error})`
  return new AgentError('ENROLMENT_REFUSED', `The service refused the enrolment: ${why}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
