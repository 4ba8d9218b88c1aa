import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ceremonyFile, readCeremony } from './ceremony.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ecard-ceremony-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Input = Record<string, unknown> & {
  root: Record<string, unknown>
  issuing: [Record<string, unknown>, Record<string, unknown>]
}

/** The committed file with something changed in it. */
async function changed(change: (input: Input) => void): Promise<string> {
  const input = JSON.parse(await readFile(ceremonyFile, 'utf8')) as Input
  change(input)
  const file = join(folder, 'ceremony.json')
  await writeFile(file, JSON.stringify(input))
  return file
}

describe('readCeremony', () => {
  it('reads the committed file: a root here, and one authority for each kind', async () => {
    const { root, rootKey, issuing, sha256 } = await readCeremony()
    expect(rootKey).toBe('here')
    expect(root).toMatchObject({ kind: 'root', keyAlgorithm: 'P-384', validityYears: 20 })
    const kinds = ['civil-servant', 'citizen', 'enterprise', 'terminal']
    expect(issuing.map(({ kind }) => kind)).toEqual(kinds)
    expect(issuing.every(({ keyAlgorithm }) => keyAlgorithm === 'P-256')).toBe(true)
    const expected = createHash('sha256').update(await readFile(ceremonyFile))
    expect(sha256).toBe(expected.digest('hex'))
  })

  it('takes P-384 and RSA-3072 where they are asked for, and P-256 where nothing is', async () => {
    const file = await changed(({ issuing }) => {
      issuing[0]['keyAlgorithm'] = 'RSA-3072'
      delete issuing[1]['keyAlgorithm']
    })
    const { issuing } = await readCeremony(file)
    expect(issuing.slice(0, 2).map(({ keyAlgorithm }) => keyAlgorithm)).toEqual([
      'RSA-3072',
      'P-256',
    ])
  })

  it.each<[string, string, (input: Input) => void]>([
    ['a root of five years', 'root.validityYears', ({ root }) => (root['validityYears'] = 5)],
    ['a root of thirty years', 'root.validityYears', ({ root }) => (root['validityYears'] = 30)],
    ['a root without its place', 'root.key', ({ root }) => delete root['key']],
    ['a weak key', 'issuing[0].keyAlgorithm', (i) => (i.issuing[0]['keyAlgorithm'] = 'RSA-2048')],
    ['an unknown kind', 'issuing[0].kind', (i) => (i.issuing[0]['kind'] = 'minister')],
    ['a second root', 'issuing[1].kind', (i) => (i.issuing[1]['kind'] = 'root')],
    ['a kind twice', 'issuing[1].kind', (i) => (i.issuing[1]['kind'] = 'civil-servant')],
    [
      'a name twice',
      'issuing[1].commonName',
      ({ root, issuing }) => (issuing[1]['commonName'] = root['commonName']),
    ],
    ['an empty name', 'root.commonName', ({ root }) => (root['commonName'] = ' ')],
    ['a name too long', 'root.commonName', ({ root }) => (root['commonName'] = 'x'.repeat(65))],
    ['a line end in a name', 'root.commonName', ({ root }) => (root['commonName'] = 'a\nb')],
    [
      'one that outlives its root',
      'issuing[0].validityYears',
      ({ root, issuing }) => {
        root['validityYears'] = 10
        issuing[0]['validityYears'] = 10
      },
    ],
    ['no policies', 'issuing[0].policies', ({ issuing }) => (issuing[0]['policies'] = [])],
    ['too many parts', 'issuing[0].crlPartitions', (i) => (i.issuing[0]['crlPartitions'] = 2000)],
    ['a misspelt field', 'root', ({ root }) => (root['validtyYears'] = 20)],
  ])('refuses %s, naming %s', async (_, field, change) => {
    await expect(readCeremony(await changed(change))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      facts: { field },
    })
  })

  it('names every problem at once', async () => {
    const file = await changed(({ root, issuing }) => {
      root['validityYears'] = 1
      issuing[0]['policies'] = 'all'
    })
    const refused = expect(readCeremony(file)).rejects
    await refused.toThrow(/root\.validityYears: .*\n.*issuing\[0\]\.policies: /)
  })

  it.each([
    ['is not there', null],
    ['is no JSON', '{'],
  ])('refuses a file that %s', async (_, content) => {
    const file = join(folder, 'other.json')
    if (content !== null) await writeFile(file, content)
    await expect(readCeremony(file)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
