import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestClock, origin } from '../../test/support/card-auth-fixture.ts'
import { migratedTestDatabase } from '../../test/support/migrated-database.ts'
import { signJws } from '../../test/support/test-terminal.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { systemRandom } from '../random.ts'
import {
  enrolTerminal,
  inviteTerminal,
  type EnrolmentRequest,
  type EnrolTerminalDeps,
} from './enrol-terminal.ts'
import { createTerminalStore } from './terminal-store.ts'

let database: Awaited<ReturnType<typeof migratedTestDatabase>>
let deps: ReturnType<typeof createDeps>
const issued: { terminalId: string; publicKey: Buffer }[] = []

beforeAll(async () => {
  database = await migratedTestDatabase()
  deps = createDeps()
})
afterAll(async () => {
  await database.drop()
})

describe('an invitation', () => {
  it('has a code of ten characters that cannot be mistaken for others', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, async () => (await invite()).code))
    for (const code of codes) {
      expect(code).toMatch(/^[34679ACDEFGHJKMNPQRTWXY]{5}-[34679ACDEFGHJKMNPQRTWXY]{5}$/)
    }
    expect(new Set(codes).size).toBe(codes.length)
  })
  it('keeps the hash of its code alone', async () => {
    const { code, terminal } = await invite()
    const { rows } = await database.db.query<{ code_hash: Buffer }>(
      'select code_hash from terminal_enrolments where terminal_id = $1',
      [terminal.id],
    )
    const expected = createHash('sha256').update(code.replace('-', '')).digest()
    expect(rows[0]?.code_hash).toEqual(expected)
  })
})

describe('an enrolment', () => {
  it('makes the invited terminal active, with its key and a certificate', async () => {
    const { code, terminal } = await invite()
    const { publicKey, request } = enrolment(code)
    const enrolled = await enrolTerminal(deps, request)
    expect(enrolled).toMatchObject({
      terminal: { ...terminal, state: 'active', publicKey },
      certificate: Buffer.from('certificate'),
      issuer: origin,
    })
    expect(issued.at(-1)).toEqual({ terminalId: terminal.id, publicKey })
    expect(await deps.terminals.find(terminal.id)).toMatchObject({ state: 'active', publicKey })
    expect(await deps.audit.listRecent({ terminalId: terminal.id })).toMatchObject([
      { event: 'terminal.enrolled' },
      { event: 'terminal.invited' },
    ])
  })
  it.each([
    ['in small letters', (code: string) => code.toLowerCase()],
    ['without the dash', (code: string) => code.replace('-', '')],
    ['with spaces', (code: string) => ` ${code.replace('-', ' ')} `],
  ])('takes the code as it was typed, %s', async (_, typed) => {
    const { code, terminal } = await invite()
    const enrolled = await enrolTerminal(deps, enrolment(typed(code)).request)
    expect(enrolled.terminal.id).toBe(terminal.id)
  })
  it('is done by one of many that bring the same code at once', async () => {
    const { code } = await invite()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => enrolTerminal(deps, enrolment(code).request)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
  it('is refused with a code that was used', async () => {
    const { code } = await invite()
    await enrolTerminal(deps, enrolment(code).request)
    await expectRefusal(enrolment(code).request, 'code-unknown')
  })
  it('is refused with a code that nobody made', async () => {
    await expectRefusal(enrolment('AAAAA-AAAAA').request, 'code-unknown')
  })
  it('is refused a day after the invitation', async () => {
    const { code, expiresAt } = await invite()
    expect(expiresAt).toEqual(new Date(deps.clock.now().getTime() + 24 * 3600 * 1000))
    deps.clock.advance(24 * 3600)
    await expectRefusal(enrolment(code).request, 'code-unknown')
  })
  it('is refused for a terminal that was withdrawn before it enrolled', async () => {
    const { code, terminal } = await invite()
    await deps.terminals.withdraw(terminal.id, deps.clock.now())
    await expectRefusal(enrolment(code).request, 'code-unknown')
  })
  it('is refused with the key of another terminal', async () => {
    const keys = keyPair()
    await enrolTerminal(deps, enrolment((await invite()).code, { keys }).request)
    const again = enrolment((await invite()).code, { keys })
    await expectRefusal(again.request, 'key-in-use')
  })
  it.each([
    ['on another curve', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['of RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['of Ed25519', () => generateKeyPairSync('ed25519')],
  ])('is refused with a key %s, and the code is still good', async (_, make) => {
    const { code } = await invite()
    const { request } = enrolment(code)
    const publicKey = make().publicKey.export({ format: 'der', type: 'spki' })
    await expectRefusal({ ...request, publicKey }, 'key-not-p256')
    await expectRefusal({ ...request, publicKey: Buffer.from('no key') }, 'key-not-p256')
    await enrolTerminal(deps, request)
  })
  it.each([
    ['by another key', { signer: keyPair().privateKey }],
    ['for another service', { claims: { aud: 'https://id.example.evil' } }],
    ['over another code', { claims: { code_sha256: 'A'.repeat(43) } }],
    ['of another kind', { header: { typ: 'ecard-terminal-hello+jwt' } }],
    ['without an algorithm', { header: { alg: 'none' } }],
  ])('is refused with a proof %s, and the code is still good', async (_, bend) => {
    const { code } = await invite()
    await expectRefusal(enrolment(code, bend).request, 'proof-wrong')
    await enrolTerminal(deps, enrolment(code).request)
  })
  it('is refused with what is no proof', async () => {
    const { request } = enrolment((await invite()).code)
    for (const proof of ['', '..', 'a.b.c', `${request.proof}.more`]) {
      await expectRefusal({ ...request, proof }, 'proof-wrong')
    }
  })
})

function createDeps() {
  const certify: EnrolTerminalDeps['issueTerminalCertificate'] = ({ terminal, publicKey }) => {
    issued.push({ terminalId: terminal.id, publicKey })
    return Promise.resolve({ der: Buffer.from('certificate') })
  }
  return {
    issuer: origin,
    terminals: createTerminalStore(database.db),
    issueTerminalCertificate: certify,
    audit: createAuditStore(database.db),
    clock: createTestClock(),
    random: systemRandom,
  }
}

function invite(): ReturnType<typeof inviteTerminal> {
  return inviteTerminal(deps, { name: 'Quầy một cửa số 1', mode: 'managed', agencyId: null })
}

function keyPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

interface EnrolmentBend {
  readonly keys?: ReturnType<typeof keyPair>
  readonly signer?: KeyObject
  readonly claims?: object
  readonly header?: object
}

function enrolment(
  code: string,
  bend: EnrolmentBend = {},
): { publicKey: Buffer; request: EnrolmentRequest } {
  const keys = bend.keys ?? keyPair()
  const publicKey = keys.publicKey.export({ format: 'der', type: 'spki' })
  const codeSha256 = createHash('sha256').update(code).digest('base64url')
  const proof = signJws({
    key: bend.signer ?? keys.privateKey,
    header: { alg: 'ES256', typ: 'ecard-terminal-enrolment+jwt', ...bend.header },
    claims: { aud: origin, code_sha256: codeSha256, iat: 1_795_000_000, ...bend.claims },
  })
  return { publicKey, request: { code, publicKey, proof } }
}

async function expectRefusal(request: EnrolmentRequest, reason: string): Promise<void> {
  await expect(enrolTerminal(deps, request)).rejects.toMatchObject({
    code: 'ENROLMENT_REFUSED',
    reason,
  })
}
