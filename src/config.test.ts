import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { ConfigInvalid, readConfig, variableNames } from './config.ts'

it('runs on defaults alone', () => {
  const { config, secrets } = readConfig({})
  expect(config).toMatchObject({
    issuer: 'http://localhost:8400',
    host: '127.0.0.1',
    port: 8400,
    sessionIdleSeconds: 900,
    sessionMaxSeconds: 43_200,
  })
  expect(secrets.databaseUrl).toBeNull()
  expect(secrets.redisUrl).toBeNull()
})

it('takes an empty variable as one that is not set', () => {
  expect(readConfig({ ECARD_PORT: '', REDIS_URL: '' }).config.port).toBe(8400)
})

it('puts all keys into an HSM that is described in full', () => {
  const hsm = {
    ECARD_PKCS11_MODULE: '/usr/lib/hsm.so',
    ECARD_PKCS11_TOKEN: 'ecard',
    ECARD_PKCS11_PIN_FILE: '/etc/ecard/hsm-pin',
  }
  const { pkcs11 } = readConfig(hsm).config
  expect(pkcs11).toMatchObject({
    token: 'ecard',
    keys: ['ca', 'ocsp', 'oidc', 'audit', 'card', 'pass'],
  })
  const some = readConfig({ ...hsm, ECARD_PKCS11_KEYS: 'ca, ocsp' }).config
  expect(some.pkcs11?.keys).toEqual(['ca', 'ocsp'])
  expect(problemsOf({ ECARD_PKCS11_MODULE: '/usr/lib/hsm.so' })).toEqual([
    expect.stringContaining('ECARD_PKCS11_TOKEN: must be set too'),
    expect.stringContaining('ECARD_PKCS11_PIN_FILE: must be set too'),
  ])
  expect(problemsOf({ ...hsm, ECARD_PKCS11_KEYS: 'ca,all' })).toEqual([
    expect.stringContaining('ECARD_PKCS11_KEYS'),
  ])
})

it('sends mail through a server that is described in full, and never in the clear', () => {
  expect(readConfig({}).config.mail).toBeNull()
  const server = { ECARD_SMTP_HOST: 'mail.example', ECARD_MAIL_FROM: 'the@minhhoa.example' }
  const { mail } = readConfig(server).config
  expect(mail).toMatchObject({ port: 587, security: 'starttls', login: null })
  const login = { ECARD_SMTP_USER: 'ecard', ECARD_SMTP_PASSWORD_FILE: '/etc/ecard/smtp' }
  const implicit = readConfig({ ...server, ...login, ECARD_SMTP_SECURITY: 'tls' }).config.mail
  expect(implicit).toMatchObject({ port: 465, login: { user: 'ecard' } })
  expect(problemsOf({ ECARD_SMTP_HOST: 'mail.example', ECARD_SMTP_USER: 'ecard' })).toEqual([
    expect.stringContaining('ECARD_MAIL_FROM: must be set too'),
    expect.stringContaining('ECARD_SMTP_PASSWORD_FILE: must be set too'),
  ])
  expect(problemsOf({ ...server, ECARD_SMTP_SECURITY: 'none' })).toHaveLength(1)
  const own = { ...server, ECARD_SMTP_HOST: '127.0.0.1', ECARD_SMTP_SECURITY: 'none' }
  expect(readConfig(own).config.mail).toMatchObject({ port: 25, security: 'none' })
  expect(problemsOf({ ...server, ECARD_MAIL_FROM: 'Tỉnh <a@b.example>' })).toHaveLength(1)
})

it('lets certificates point at the issuer unless another address is given', () => {
  expect(readConfig({}).config.pkiUrl).toBe('http://localhost:8400')
  const given = { ECARD_PKI_URL: 'http://pki.example', ECARD_PKI_PORT: '8480' }
  expect(readConfig(given).config).toMatchObject({ pkiUrl: 'http://pki.example', pkiPort: 8480 })
  expect(problemsOf({ ECARD_PKI_URL: 'http://pki.example/path' })).toHaveLength(1)
})

it('reports every problem at once, by name and without the value', () => {
  const problems = problemsOf({
    ECARD_ISSUER: 'http://id.example',
    ECARD_PORT: 'eighty',
    ECARD_SESSION_IDLE_MINUTES: '0',
    ECARD_ISUER: 'https://id.example',
    DATABASE_URL: 'mysql://admin:hunter2@db.example',
  })
  expect(problems.map((problem) => problem.split(':')[0])).toEqual([
    'ECARD_ISUER',
    'ECARD_ISSUER',
    'ECARD_PORT',
    'ECARD_SESSION_IDLE_MINUTES',
    'DATABASE_URL',
  ])
  expect(problems.join()).not.toContain('hunter2')
})

it.each([
  'https://id.example/path',
  'https://id.example/',
  'http://10.0.0.1',
  'ftp://localhost',
  'id.example',
  'https://user@id.example',
])('refuses the issuer %s', (issuer) => {
  expect(problemsOf({ ECARD_ISSUER: issuer })).toHaveLength(1)
})

it.each(['https://id.example', 'https://id.example:8443', 'http://127.0.0.1:1', 'http://[::1]:80'])(
  'accepts the issuer %s',
  (issuer) => {
    // Port 80 is the default of http and so not part of the origin.
    const wellFormed = new URL(issuer).origin
    expect(readConfig({ ECARD_ISSUER: wellFormed }).config.issuer).toBe(wellFormed)
  },
)

it('prints no secret', () => {
  const { secrets } = readConfig({ DATABASE_URL: 'postgres://ecard:hunter2@db.example/ecard' })
  expect(secrets.databaseUrl).toContain('hunter2')
  expect(inspect(secrets) + JSON.stringify(secrets)).not.toContain('hunter2')
})

it('makes passkeys for its own host or a domain above it, and knows the devices that it trusts', () => {
  const env = { ECARD_ISSUER: 'https://id.minhhoa.example' }
  expect(problemsOf({ ...env, ECARD_PASSKEY_RP_ID: 'minhhoa.example' })).toEqual([])
  for (const elsewhere of ['hoa.example', 'other.example', 'sub.id.minhhoa.example'])
    expect(problemsOf({ ...env, ECARD_PASSKEY_RP_ID: elsewhere })).toEqual([
      'ECARD_PASSKEY_RP_ID: must be the host of ECARD_ISSUER or a domain above it',
    ])
  expect(problemsOf({ ECARD_PASSKEY_ATTESTATION: 'trusted' })).toEqual([
    'ECARD_PASSKEY_METADATA: must be set where only trusted devices are taken',
  ])
  const { policy } = readConfig({ ECARD_PASSKEY_SYNCED: 'refuse' }).config.passkeys
  expect(policy).toEqual({ attestation: 'none', mayBeSynced: false, mayStandAlone: false })
})

it('has every variable in the table of README, and no other', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `([A-Z0-9_]+)` +\|/gm)].map(([, name]) => name)
  expect(rows).toEqual(variableNames)
})

function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.problems
    throw error
  }
  return []
}
