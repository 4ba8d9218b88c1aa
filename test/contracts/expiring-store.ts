import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExpiringStore } from '../../src/db/expiring-store.ts'
import { systemRandom } from '../../src/random.ts'

export interface ExpiringStoreUnderTest {
  readonly store: ExpiringStore
  /** Resolves when at least `seconds` have passed by the store's own clock. */
  pass(seconds: number): Promise<void>
}

/** What every implementation of `ExpiringStore` keeps, whoever asks for it. */
export function describeExpiringStore(
  name: string,
  open: () => Promise<ExpiringStoreUnderTest>,
): void {
  describe(`${name} as an expiring store`, () => {
    let store: ExpiringStore
    let underTest: ExpiringStoreUnderTest
    const pass = (seconds: number): Promise<void> => underTest.pass(seconds)
    // The store may be shared: every test has keys of its own.
    const key = (): string => `contract:{${systemRandom.uuid()}}`

    beforeAll(async () => {
      underTest = await open()
      store = underTest.store
    })
    afterAll(() => store.close())

    it('gives back what was put, and null for what was not', async () => {
      const [put, other] = [key(), key()]
      await store.put(put, 'Giá trị: ✓ "a"', 60)
      expect(await store.get(put)).toBe('Giá trị: ✓ "a"')
      expect(await store.get(other)).toBeNull()
    })

    it('replaces a value together with its lifetime', async () => {
      const at = key()
      await store.put(at, 'first', 1)
      await store.put(at, 'second', 60)
      await pass(1)
      expect(await store.get(at)).toBe('second')
    })

    it('shows nothing that has expired, by any way of asking', async () => {
      const [read, taken] = [key(), key()]
      await store.put(read, 'value', 1)
      await store.put(taken, 'value', 1)
      await pass(1)
      expect(await store.get(read)).toBeNull()
      expect(await store.getMany([read])).toEqual([null])
      expect(await store.takeOnce(taken)).toBeNull()
    })

    it('reads many in the order asked, null where nothing is', async () => {
      const [first, missing, third] = [key(), key(), key()]
      await store.put(first, '1', 60)
      await store.put(third, '3', 60)
      expect(await store.getMany([third, missing, first, third])).toEqual(['3', null, '1', '3'])
      expect(await store.getMany([])).toEqual([])
    })

    it('gives a value to exactly one of fifty concurrent takers', async () => {
      const at = key()
      await store.put(at, 'code', 60)
      const taken = await Promise.all(Array.from({ length: 50 }, () => store.takeOnce(at)))
      expect(taken.filter((value) => value === 'code')).toHaveLength(1)
      expect(taken.filter((value) => value === null)).toHaveLength(49)
      expect(await store.get(at)).toBeNull()
    })

    it('lets exactly one of fifty concurrent callers put where nothing is', async () => {
      const at = key()
      const puts = Array.from({ length: 50 }, (_, n) => store.putIfAbsent(at, `caller ${n}`, 60))
      const winners = (await Promise.all(puts)).flatMap((won, n) => (won ? [n] : []))
      expect(winners).toHaveLength(1)
      expect(await store.get(at)).toBe(`caller ${winners[0] ?? -1}`)
    })

    it('puts again where the earlier value has expired', async () => {
      const at = key()
      expect(await store.putIfAbsent(at, 'first', 1)).toBe(true)
      await pass(1)
      expect(await store.putIfAbsent(at, 'second', 60)).toBe(true)
      expect(await store.get(at)).toBe('second')
    })

    it('deletes values and sets, and does not mind what is not there', async () => {
      const [value, set, missing] = [key(), key(), key()]
      await store.put(value, 'value', 60)
      await store.addMember(set, 'member', 60)
      await store.delete([value, set, missing])
      await store.delete([])
      expect(await store.get(value)).toBeNull()
      expect(await store.members(set)).toEqual([])
    })

    it('keeps a set of members, each of them once', async () => {
      const at = key()
      await store.addMember(at, 'a', 60)
      await store.addMember(at, 'b', 60)
      await store.addMember(at, 'a', 60)
      expect((await store.members(at)).sort()).toEqual(['a', 'b'])
      await store.removeMember(at, 'a')
      await store.removeMember(at, 'never there')
      expect(await store.members(at)).toEqual(['b'])
      await store.removeMember(at, 'b')
      expect(await store.members(at)).toEqual([])
    })

    it('lets each member expire on its own, whichever was added last', async () => {
      const at = key()
      await store.addMember(at, 'long', 60)
      await store.addMember(at, 'short', 1)
      await pass(1)
      expect(await store.members(at)).toEqual(['long'])
    })

    it('extends a member that is added again and never cuts it short', async () => {
      const at = key()
      await store.addMember(at, 'extended', 1)
      await store.addMember(at, 'extended', 60)
      await store.addMember(at, 'not cut', 60)
      await store.addMember(at, 'not cut', 1)
      await pass(1)
      expect((await store.members(at)).sort()).toEqual(['extended', 'not cut'])
    })

    it('begins anew with a set whose members have all expired', async () => {
      const at = key()
      await store.addMember(at, 'old', 1)
      await pass(1)
      expect(await store.members(at)).toEqual([])
      await store.addMember(at, 'new', 60)
      expect(await store.members(at)).toEqual(['new'])
    })

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined()
    })
  })
}
