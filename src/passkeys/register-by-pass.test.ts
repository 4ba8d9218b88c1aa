import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPassSecret } from '../../test/support/pass-fixture.ts'
import {
  createPasskeyFixture,
  refusalOf,
  type HolderSession,
  type PasskeyFixture,
} from '../../test/support/passkey-fixture.ts'
import { insertPerson } from '../../test/support/registry.ts'
import { issuePass } from '../passes/issue-pass.ts'
import { systemRandom } from '../random.ts'

let fixture: PasskeyFixture
let people = 0

beforeAll(async () => {
  fixture = await createPasskeyFixture()
})
afterAll(() => fixture.close())

/** Signed in this moment with a pass of which the officer said so, or not. */
async function signedInByPass(mayRegisterPasskey: boolean): Promise<HolderSession> {
  const nationalNumber = `0000870${String(++people).padStart(5, '0')}`
  const { id, displayName } = await insertPerson(fixture.db, { nationalNumber })
  const deps = { db: fixture.db, clock: fixture.clock, random: systemRandom }
  const { pass } = await issuePass(
    { ...deps, secret: await openPassSecret() },
    {
      ...{ holderId: id, cardKind: 'civil-servant', validFrom: null, lastsSeconds: 900, uses: 1 },
      ...{ clientIds: null, mayRegisterPasskey, actor: 'ecard', reason: 'điện thoại mới' },
    },
  )
  return {
    ...{ sessionUid: systemRandom.uuid(), holder: { id, displayName }, cardUuid: '' },
    signIn: {
      ...{ method: 'pass', level: 'low', cardUuid: null, cardKind: 'civil-servant' },
      pass: { passId: pass.id, clientIds: null, mayRegisterPasskey },
      at: Math.floor(fixture.clock.now().getTime() / 1000),
    },
  }
}

it('a temporary pass lets its holder register one passkey where the officer said so', async () => {
  const session = await signedInByPass(true)
  const { passkey } = await fixture.registered({ session })
  const { rows } = await fixture.db.query<Record<string, unknown>>(
    'select proof_kind, proof_pass_id from passkeys where id = $1',
    [passkey.id],
  )
  const passId = session.signIn.pass?.passId
  expect(rows).toEqual([{ proof_kind: 'pass', proof_pass_id: passId }])
  const [event] = await fixture.audit.listRecent({ event: 'passkey.registered' })
  expect(event).toMatchObject({ cardUuid: null, facts: { proof: 'pass', passId } })
  expect(await refusalOf(fixture.registered({ session }))).toBe('proof-missing')
})

it('a temporary pass of which the officer said nothing does not', async () => {
  const session = await signedInByPass(false)
  expect(await refusalOf(fixture.registered({ session }))).toBe('proof-missing')
})

it('a temporary pass does for five minutes', async () => {
  const session = await signedInByPass(true)
  fixture.clock.advance(301)
  expect(await refusalOf(fixture.registered({ session }))).toBe('proof-too-old')
})
