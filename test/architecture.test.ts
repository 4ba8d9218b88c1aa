import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

/** The import rule, a row a layer: a file may import its own row's folder and every row above. */
const layers: readonly (readonly string[])[] = [
  ['errors'],
  ['clock', 'closers', 'health', 'random', 'log'],
  ['db', 'keystore'],
  ['audit', 'pki'],
  ['holders', 'terminals', 'mail'],
  ['cards', 'passkeys', 'passes'],
  ['card-auth', 'oidc'],
  ['operators'],
  ['batches'],
  ['web'],
  ['config'],
  ['compose-certification', 'compose-limits', 'compose-mail', 'compose-passkeys', 'compose-stores'],
  ['serve'],
  ['compose'],
  ['main'],
]

/** Types that name people, cards and levels: shapes without behaviour, open to every layer. */
const vocabulary = new Set([
  'src/holders/agency.ts',
  'src/holders/holder.ts',
  'src/holders/authentication.ts',
  'src/holders/card-kind.ts',
  'src/cards/card.ts',
  'src/terminals/terminal.ts',
])

/** Each outside library has one home. */
const homes: Readonly<Record<string, readonly string[]>> = {
  '@peculiar/x509': ['src/pki/'],
  '@simplewebauthn/browser': ['src/passkeys/'],
  '@simplewebauthn/server': ['src/passkeys/'],
  'oidc-provider': ['src/oidc/'],
  express: ['src/web/'],
  'graphene-pk11': ['src/keystore/'],
  'node-forge': ['src/keystore/'],
  'node-webcrypto-p11': ['src/keystore/'],
  nodemailer: ['src/mail/'],
  preact: ['src/web/'],
  'nfc-pcsc': ['card-reader/pcsc-card-port.ts'],
  pg: ['src/db/'],
  'rate-limiter-flexible': ['src/db/'],
  ioredis: ['src/db/'],
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = [...sourceFiles('src'), ...sourceFiles('card-reader')]
const imports = files.flatMap(importsOf)

describe('the import rule', () => {
  it('reads the sources it judges', () => {
    expect(files.length).toBeGreaterThan(40)
    expect(imports.length).toBeGreaterThan(files.length)
  })

  it('lets each layer of the service import only what stands above it', () => {
    const inside = imports.filter(
      ({ from, to }) => from.startsWith('src/') && to.startsWith('src/'),
    )
    expect(inside.filter(({ from, to }) => !mayImport(from, to)).map(describeImport)).toEqual([])
  })

  it('keeps the service and the card reader apart: they share a format, not code', () => {
    const across = imports.filter(
      ({ from, to }) =>
        (from.startsWith('card-reader/') && to.startsWith('src/')) ||
        (from.startsWith('src/') && to.startsWith('card-reader/')),
    )
    expect(across.map(describeImport)).toEqual([])
  })

  it('keeps the virtual card from sharing code with the client that it tests', () => {
    const shared = imports.filter(
      ({ from, to }) =>
        from.startsWith('card-reader/virtual-card/') &&
        /^card-reader\/(apdu|tlv|piv-commands|piv-objects)\.ts$/.test(to),
    )
    expect(shared.map(describeImport)).toEqual([])
  })

  it('gives each outside library one home', () => {
    const strays = imports.filter(({ from, to }) => {
      const home = homes[packageOf(to)]
      return home !== undefined && !home.some((place) => from.startsWith(place))
    })
    expect(strays.map(describeImport)).toEqual([])
  })

  it('keeps stores and database out of web', () => {
    const reached = imports.filter(
      ({ from, to }) =>
        from.startsWith('src/web/') && (/-store\.ts$/.test(to) || to.startsWith('src/db/')),
    )
    expect(reached.map(describeImport)).toEqual([])
  })

  it('keeps time and chance in clock.ts and random.ts', () => {
    const readers = sourceFiles('src').filter(
      (file) =>
        !['src/clock.ts', 'src/random.ts'].includes(file) &&
        /\bDate\.now\(|\bnew Date\(\)|\brandomBytes\(|\brandomUUID\(|Math\.random\(/.test(
          read(file),
        ),
    )
    expect(readers).toEqual([])
  })
})

function mayImport(from: string, to: string): boolean {
  if (vocabulary.has(to)) return true
  const [own, other] = [layerOf(from), layerOf(to)]
  if (to === 'src/config.ts')
    return /^src\/(compose|compose-(certification|mail|stores)|main)\.ts$/.test(from)
  return other < own || folderOf(from) === folderOf(to)
}

function layerOf(file: string): number {
  const layer = layers.findIndex((names) => names.includes(folderOf(file)))
  if (layer === -1) throw new Error(`${file} is in no layer of the import rule`)
  return layer
}

function folderOf(file: string): string {
  return (file.split('/')[1] ?? '').replace(/\.tsx?$/, '')
}

function importsOf(file: string): Import[] {
  const found = read(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...found].map(([, name = '']) => ({
    from: file,
    to: name.startsWith('.') ? relative(root, resolve(root, dirname(file), name)) : name,
  }))
}

function packageOf(name: string): string {
  const parts = name.split('/')
  return name.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? name)
}

function describeImport({ from, to }: Import): string {
  return `${from} imports ${to}`
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .filter((name) => !name.includes('node_modules'))
}
