import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPkiFixture, type PkiFixture } from '../../test/support/pki-fixture.ts'
import { silentLog, type Log } from '../log.ts'
import { ensureAuthorities } from './ensure-authorities.ts'

let fixture: PkiFixture
beforeEach(async () => {
  fixture = await createPkiFixture()
})
afterEach(() => fixture.close())

async function ensure(mayMake: boolean): Promise<string[]> {
  const warnings: string[] = []
  const log: Log = { ...silentLog, warn: (event) => warnings.push(event) }
  await ensureAuthorities({ ...fixture.deps, log }, { mayMake })
  return warnings
}

const count = async () => (await fixture.deps.certificates.listAuthorities()).length

describe('ensureAuthorities', () => {
  it('makes them where it may, and leaves them alone afterwards', async () => {
    expect(await ensure(true)).toEqual([])
    expect(await count()).toBe(5)
    await ensure(true)
    expect(await count()).toBe(5)
  })

  it('makes none where it may not, and says so until there are some', async () => {
    expect(await ensure(false)).toEqual(['pki.without-authorities'])
    expect(await count()).toBe(0)
    expect(await fixture.deps.keystore.has('ca-root')).toBe(false)
    await ensure(true)
    expect(await ensure(false)).toEqual([])
  })
})
