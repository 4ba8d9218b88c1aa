import { createHash, createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fixedClock, fixedNow, terminalId } from '../test/support/agent-fixture.ts'
import { readClaims } from '../test/support/fake-service.ts'
import { findTerminal, openAgentState } from './agent-state.ts'
import { enrol, type EnrolmentRequest } from './enrol.ts'

interface Answer {
  status: number
  body: unknown
  location?: string
}

let server: Server
let issuer: string
let folder: string
let received: Record<string, string>[]
let answer: Answer

beforeEach(async () => {
  received = []
  folder = await mkdtemp(join(tmpdir(), 'ecard-enrol-'))
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push(JSON.parse(body) as Record<string, string>)
      const headers = answer.location === undefined ? {} : { location: answer.location }
      response.writeHead(answer.status, headers).end(JSON.stringify(answer.body))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  answer = { status: 201, body: enrolled() }
})

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true })
})

function enrolled(changes: object = {}): object {
  const certificate = Buffer.from('certificate').toString('base64')
  const name = 'Quầy tiếp dân số 3'
  return { terminalId, name, mode: 'managed', certificate, issuer, ...changes }
}

function requestOf(changes: Partial<EnrolmentRequest> = {}): EnrolmentRequest {
  return { issuer, code: '3467A-9CDEF', stateDir: join(folder, 'state'), ...changes }
}

describe('enrolment', () => {
  it('proves the new key over issuer and code, and keeps what the service answers', async () => {
    await enrol(fixedClock, requestOf())
    const [request] = received
    const publicKey = Buffer.from(request?.['publicKey'] ?? '', 'base64')
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' })
    expect(request?.['code']).toBe('3467A9CDEF')
    expect(readClaims(request?.['proof'] ?? '', key)).toEqual({
      aud: issuer,
      code_sha256: createHash('sha256').update('3467A9CDEF').digest('base64url'),
      iat: fixedNow.getTime() / 1000,
    })
    const state = await openAgentState(requestOf().stateDir, fixedClock)
    expect(state.key.publicKey).toEqual(publicKey)
    expect(state.terminal).toMatchObject({ id: terminalId, issuer, mode: 'managed' })
  })

  it('keeps key and state from other users', async () => {
    await enrol(fixedClock, requestOf())
    const { stateDir } = requestOf()
    expect((await stat(stateDir)).mode & 0o777).toBe(0o700)
    for (const file of await readdir(stateDir)) {
      expect((await stat(join(stateDir, file))).mode & 0o777).toBe(0o600)
    }
  })

  it('is not used with a key that other users could read', async () => {
    await enrol(fixedClock, requestOf())
    const { stateDir } = requestOf()
    await chmod(join(stateDir, 'terminal-key.pem'), 0o644)
    await expect(openAgentState(stateDir, fixedClock)).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
    })
  })

  it('takes the name that was given here', async () => {
    const terminal = await enrol(fixedClock, requestOf({ name: 'Máy của tôi' }))
    expect(terminal.name).toBe('Máy của tôi')
  })

  it.each([
    ['an address without https', 'http://id.example', 'ISSUER_INVALID'],
    ['an address with a path', 'https://id.example/sso', 'ISSUER_INVALID'],
    ['an address with a password', 'https://a:b@id.example', 'ISSUER_INVALID'],
    ['what is no address', 'id.example', 'ISSUER_INVALID'],
    ['another kind of address', 'ftp://id.example', 'ISSUER_INVALID'],
    ['a service that is not there', 'http://127.0.0.1:1', 'SERVICE_UNREACHABLE'],
  ])('refuses %s', async (_what, typed, code) => {
    await expect(enrol(fixedClock, requestOf({ issuer: typed }))).rejects.toMatchObject({ code })
    expect(received).toEqual([])
  })

  it.each<[string, Answer, string]>([
    [
      'a code that the service does not know',
      { status: 403, body: { error: 'code-unknown', message: 'unknown' } },
      'ENROLMENT_REFUSED',
    ],
    ['a page that is not a service', { status: 404, body: 'not found' }, 'ENROLMENT_REFUSED'],
    ['an answer without terminal', { status: 201, body: {} }, 'ANSWER_MALFORMED'],
    ['an endless answer', { status: 201, body: 'x'.repeat(100_000) }, 'ANSWER_MALFORMED'],
    [
      'a redirect, which would carry the code elsewhere',
      { status: 307, body: '', location: '/terminal/enrol' },
      'SERVICE_UNREACHABLE',
    ],
  ])('ends without a trace at %s', async (_what, given, code) => {
    answer = given
    await expect(enrol(fixedClock, requestOf())).rejects.toMatchObject({ code })
    expect(await readdir(requestOf().stateDir)).toEqual([])
    expect(received).toHaveLength(1)
  })

  it('refuses a service that calls itself something else', async () => {
    answer = { status: 201, body: enrolled({ issuer: 'https://elsewhere.example' }) }
    await expect(enrol(fixedClock, requestOf())).rejects.toMatchObject({ code: 'ISSUER_MISMATCH' })
    expect(await findTerminal(requestOf().stateDir)).toBeNull()
  })

  it('leaves an earlier enrolment alone unless it is told to replace it', async () => {
    await enrol(fixedClock, requestOf())
    await expect(enrol(fixedClock, requestOf())).rejects.toMatchObject({ code: 'ALREADY_ENROLLED' })
    expect(received).toHaveLength(1)
    const before = (await openAgentState(requestOf().stateDir, fixedClock)).key.publicKey
    await enrol(fixedClock, requestOf({ replace: true }))
    const after = (await openAgentState(requestOf().stateDir, fixedClock)).key.publicKey
    expect(after).not.toEqual(before)
  })

  it('that is damaged on disk is named, not guessed at', async () => {
    await enrol(fixedClock, requestOf())
    await writeFile(join(requestOf().stateDir, 'terminal.json'), '{"id":')
    await expect(findTerminal(requestOf().stateDir)).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
    })
  })

  it('has to come before everything else', async () => {
    await expect(openAgentState(requestOf().stateDir, fixedClock)).rejects.toMatchObject({
      code: 'NOT_ENROLLED',
    })
  })
})
