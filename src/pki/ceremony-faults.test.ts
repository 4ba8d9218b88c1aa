import { createServer, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createPkiFixture,
  fixturePassphrase,
  openssl,
  writePem,
  type PkiFixture,
} from '../../test/support/pki-fixture.ts'
import { startProgram } from '../../test/support/program.ts'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../db/pool.ts'
import { openFileKeystore } from '../keystore/file-keystore.ts'
import { silentLog } from '../log.ts'
import { systemRandom } from '../random.ts'
import { createAuthorityStore } from './authority-store.ts'
import type { Authority } from './authority.ts'
import { readCeremony } from './ceremony.ts'
import { loadTrustAnchors } from './chain.ts'
import { createDevelopmentPki } from './development-pki.ts'
import { planRollOver, rollOverAuthority } from './roll-over-authority.ts'
import { isKeyOf } from './signing.ts'

let fixture: PkiFixture
beforeEach(async () => {
  fixture = await createPkiFixture()
  // The processes that are ended go by this machine's clock.
  fixture.now = systemClock.now()
})
afterEach(() => fixture.close())

const keystoreFolder = () => join(fixture.folder, 'keystore')

/** A real process that ends as a power cut would end it. @returns how it ended */
async function cutOff(act: 'ceremony' | 'rollover', step: string, count = 1): Promise<string> {
  const args = [fixture.url, keystoreFolder(), act, step, String(count)]
  const program = startProgram('test/support/make-authorities.ts', args)
  const status = await program.ended
  return status === null ? 'killed' : `status ${status}: ${program.output()}`
}

/** Every authority that is there is whole: its key is ours, and its path holds. */
async function checkWhole(): Promise<Authority[]> {
  const directory = keystoreFolder()
  const opened = { directory, passphrase: fixturePassphrase, random: systemRandom }
  const keystore = await openFileKeystore(opened)
  const authorities = await fixture.deps.certificates.listAuthorities()
  expect(() => loadTrustAnchors(authorities)).not.toThrow()
  for (const { keyName, certificateDer } of authorities) {
    expect(isKeyOf(await keystore.key(keyName ?? ''), certificateDer)).toBe(true)
  }
  return authorities
}

describe('a ceremony that is cut off', () => {
  it.each([
    ['after the root’s key', 'key', 1, 0],
    ['after the root’s row', 'row', 1, 1],
    ['after the second intent', 'intended', 2, 1],
    ['after the last row', 'row', 5, 5],
  ])('%s leaves whole authorities alone, and the next run makes the rest', async (...given) => {
    const [, step, count, made] = given
    expect(await cutOff('ceremony', step, count)).toBe('killed')
    expect(await checkWhole()).toHaveLength(made)
    await createDevelopmentPki(fixture.deps)
    const authorities = await checkWhole()
    expect(authorities.map(({ slug }) => slug).sort()).toEqual([
      'citizen',
      'civil-servant',
      'enterprise',
      'root',
      'terminal',
    ])
    const [root, ...issuing] = authorities.map(({ certificateDer }) => certificateDer)
    await writePem(join(fixture.folder, 'root.pem'), root ?? Buffer.of())
    for (const certificate of issuing) {
      await writePem(join(fixture.folder, 'one.pem'), certificate)
      const verify = ['verify', '-x509_strict', '-CAfile', 'root.pem', 'one.pem']
      expect(await openssl(fixture.folder, ...verify)).toContain('OK')
    }
  })
})

describe('a roll-over that is cut off', () => {
  it.each([
    ['after the key', 'key', 'citizen issuing'],
    ['with the old one retired and nothing committed', 'retired', 'citizen issuing'],
    ['with the successor’s row and nothing committed', 'row', 'citizen issuing'],
    ['after the commit', 'commit', 'citizen-2 issuing'],
  ])('%s leaves exactly one that issues', async (_, step, issuing) => {
    await createDevelopmentPki(fixture.deps)
    expect(await cutOff('rollover', step)).toBe('killed')
    const found = (await checkWhole()).filter(
      ({ kind, state }) => kind === 'citizen' && state === 'issuing',
    )
    expect(found.map(({ slug, state }) => `${slug} ${state}`)).toEqual([issuing])
    if (step === 'commit') return
    const plan = await planRollOver(fixture.deps, {
      ceremony: await readCeremony(),
      kind: 'citizen',
    })
    await rollOverAuthority(fixture.deps, plan, { actor: null })
    expect((await checkWhole()).map(({ slug }) => slug)).toContain('citizen-2')
  })
})

describe('a ceremony whose database goes away', () => {
  it('stops with a code, and goes on when the database is back', async () => {
    const line = await cuttableLine(fixture.url)
    const db = openDatabase({ url: line.url, log: silentLog, maxConnections: 2 })
    const { keystore } = fixture.deps
    let keys = 0
    const generate: typeof keystore.generate = async (...args) => {
      const key = await keystore.generate(...args)
      if (++keys === 3) line.cut()
      return key
    }
    const certificates = createAuthorityStore(db)
    const deps = { ...fixture.deps, certificates, keystore: { ...keystore, generate } }
    await expect(createDevelopmentPki(deps)).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
    })
    await db.close()
    await line.close()
    expect(await checkWhole()).toHaveLength(2)
    await createDevelopmentPki(fixture.deps)
    expect(await checkWhole()).toHaveLength(5)
  })
})

/** The way to the database through a cable that the test can cut. */
async function cuttableLine(url: string) {
  const to = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname)
    for (const [from, onto] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.pipe(onto)
      from.on('error', () => onto.destroy())
      from.on('close', () => onto.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const through = new URL(url)
  through.port = String(typeof address === 'object' ? address?.port : '')
  const cut = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: through.href,
    cut,
    close: async () => {
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}
