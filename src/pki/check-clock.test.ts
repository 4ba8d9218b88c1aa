import { describe, expect, it } from 'vitest'
import { createTinyCa } from '../../test/support/tiny-ca.ts'
import type { AuthorityStore } from './authority-store.ts'
import type { Authority } from './authority.ts'
import { checkClock } from './check-clock.ts'

const now = new Date('2026-03-02T01:30:00Z')
const minutes = (count: number) => new Date(now.getTime() + count * 60_000)

function check(given: {
  database?: Date
  newestCertificate?: Date
  authorities?: readonly Authority[]
}): Promise<void> {
  const { database = now, newestCertificate = null, authorities = [] } = given
  const certificates = {
    readTimes: () => Promise.resolve({ database, newestCertificate }),
    listAuthorities: () => Promise.resolve([...authorities]),
  } satisfies Partial<AuthorityStore> as unknown as AuthorityStore
  return checkClock({ clock: { now: () => now }, certificates })
}

describe('checkClock', () => {
  it('is content with a clock that is a few minutes off the database', async () => {
    await expect(check({ database: minutes(5) })).resolves.toBeUndefined()
    await expect(check({ database: minutes(-5) })).resolves.toBeUndefined()
  })

  it.each([
    ['ahead of', -6],
    ['behind', 6],
  ])('refuses a clock six minutes %s the database', async (_, offset) => {
    await expect(check({ database: minutes(offset) })).rejects.toMatchObject({
      code: 'CLOCK_WRONG',
      facts: { now: now.toISOString(), other: minutes(offset).toISOString() },
    })
  })

  it('refuses a clock behind the newest certificate', async () => {
    await expect(check({ newestCertificate: minutes(1) })).rejects.toMatchObject({
      code: 'CLOCK_WRONG',
    })
    await expect(check({ newestCertificate: minutes(-1) })).resolves.toBeUndefined()
  })

  it('refuses a clock behind the newest authority', async () => {
    const inThousandDays = new Date(now.getTime() + 1001 * 86_400_000)
    const { authorities } = await createTinyCa({ clock: { now: () => inThousandDays } })
    await expect(check({ authorities })).rejects.toMatchObject({ code: 'CLOCK_WRONG' })
  })
})
