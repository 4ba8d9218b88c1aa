import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { compose, type Service } from '../../../src/compose.ts'
import { readConfig } from '../../../src/config.ts'
import type { Log } from '../../../src/log.ts'
import { issueCardCertificate } from '../../../src/pki/issue-card-certificate.ts'
import { terminalOfBrowser } from '../../../src/terminals/pair-browser.ts'
import { createCookies } from '../../../src/web/cookies.ts'
import type { Address } from '../addresses.ts'
import type { DemoOptions } from '../options.ts'
import type { SeedDeps } from '../seed/seed-deps.ts'
import { portInUse } from './check-ports.ts'

export interface DemoService {
  readonly seed: SeedDeps
  /** Whether the browser that asks is paired with an active terminal. */
  readonly isPaired: (request: IncomingMessage) => Promise<boolean>
  readonly close: () => Promise<void>
}

/** The sign-in service itself, as a small site runs it: embedded stores, a data folder, no more. */
export async function openService(
  { dataDir, logLevel }: Pick<DemoOptions, 'dataDir' | 'logLevel'>,
  { issuer, log }: { issuer: Address; log: Log },
): Promise<DemoService> {
  // Whatever the shell's environment holds is for another service.
  const { config, secrets } = readConfig({
    ECARD_ISSUER: issuer.origin,
    ECARD_PORT: String(issuer.port),
    ECARD_DATA_DIR: join(dataDir, 'service'),
    ECARD_LOG_LEVEL: logLevel,
  })
  const service = await compose(config, secrets, { log })
  try {
    await service.listen()
  } catch (error) {
    await service.close()
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    throw taken ? portInUse(issuer.port, error) : error
  }
  return {
    seed: seedDepsOf(service),
    isPaired: (request) => isPaired(service, issuer, request),
    close: () => service.close(),
  }
}

function seedDepsOf({ parts }: Service): SeedDeps {
  return {
    ...parts,
    issueCardCertificate: (request) => issueCardCertificate(parts.issuance, request),
  }
}

/** All of the demo is `localhost`, so the portal is sent the issuer's cookies as well. */
async function isPaired(
  { parts }: Service,
  issuer: Address,
  request: IncomingMessage,
): Promise<boolean> {
  const secret = createCookies({ issuer: issuer.origin }).pairingSecret(request)
  return secret !== null && (await terminalOfBrowser(parts, secret)) !== null
}
