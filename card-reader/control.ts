/**
 * How `ecard-agent pair` and `status` speak to the agent that runs: over a socket file in its
 * private folder (a named pipe on Windows). No network, so no web page can reach it, and the
 * folder keeps other users out.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { AgentError, type AgentErrorCode } from './agent-error.ts'

export const statusAnswer = z.object({
  channel: z.string(),
  readers: z.array(z.object({ name: z.string(), cardPresent: z.boolean() })),
})
export const pairAnswer = z.object({ url: z.url(), expiresInSeconds: z.number() })
export type ControlStatus = z.infer<typeof statusAnswer>
export type ControlPairing = z.infer<typeof pairAnswer>

export interface ControlHandlers {
  readonly status: () => ControlStatus
  readonly pair: () => Promise<ControlPairing>
}

type ControlRequest = keyof ControlHandlers

/** A request is one word and an answer one line of JSON. */
const maxBytes = 64 * 1024
const answerMs = 20_000
const failure = z.object({ error: z.string(), message: z.string() })

/**
 * Answers requests until it is closed.
 *
 * @throws AgentError `AGENT_RUNNING` when another agent uses this folder
 */
export async function serveControl(
  stateDir: string,
  handlers: ControlHandlers,
): Promise<() => Promise<void>> {
  const path = controlPath(stateDir)
  if ((await ask(stateDir, 'status')) !== null) {
    throw new AgentError('AGENT_RUNNING', `An agent already runs with the folder ${stateDir}.`)
  }
  // Nobody answers there: what is left is the file of an agent that was killed.
  if (process.platform !== 'win32') await rm(path, { force: true })
  const server = createServer((socket) => {
    socket.setTimeout(answerMs, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.once('data', (request: Buffer) => {
      void answer(handlers, request.toString('utf8').trim()).then((line) => socket.end(line))
    })
  })
  server.listen(path)
  await once(server, 'listening')
  if (process.platform !== 'win32') await chmod(path, 0o600)
  return async () => {
    server.close()
    await once(server, 'close')
  }
}

async function answer(handlers: ControlHandlers, request: string): Promise<string> {
  if (request !== 'status' && request !== 'pair') return ''
  try {
    return JSON.stringify(await handlers[request]())
  } catch (error) {
    if (!(error instanceof AgentError)) return ''
    return JSON.stringify({ error: error.code, message: error.message })
  }
}

/** What the running agent says of itself, or null when none runs with this folder. */
export async function askStatus(stateDir: string): Promise<ControlStatus | null> {
  return parse(await ask(stateDir, 'status'), statusAnswer)
}

/**
 * A pairing link from the running agent, or null when none runs with this folder.
 *
 * @throws AgentError as `Agent.pair` does
 */
export async function askPairing(stateDir: string): Promise<ControlPairing | null> {
  return parse(await ask(stateDir, 'pair'), pairAnswer)
}

function parse<T>(line: string | null, shape: z.ZodType<T>): T | null {
  if (line === null) return null
  const content: unknown = line === '' ? null : JSON.parse(line)
  const refused = failure.safeParse(content).data
  if (refused !== undefined) throw new AgentError(refused.error as AgentErrorCode, refused.message)
  const { data } = shape.safeParse(content)
  if (data !== undefined) return data
  throw new AgentError('ANSWER_MALFORMED', 'The running agent gave no answer. Stop and start it.')
}

async function ask(stateDir: string, request: ControlRequest): Promise<string | null> {
  const socket = connect({ path: controlPath(stateDir) })
  socket.setTimeout(answerMs, () => socket.destroy())
  if (!(await isConnected(socket))) return null
  socket.write(`${request}\n`)
  return (await text(socket)).slice(0, maxBytes)
}

function isConnected(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once('connect', () => {
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}

/** The paths of socket files are short (108 bytes on Linux), so the name is as well. */
function controlPath(stateDir: string): string {
  if (process.platform !== 'win32') return join(stateDir, 'run')
  return `\\\\.\\pipe\\ecard-agent-${createHash('sha256').update(stateDir).digest('hex')}`
}
