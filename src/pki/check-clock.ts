import { AppError } from '../errors.ts'
import type { AuthorityDeps } from './authority-deps.ts'
import { parseCertificate } from './certificate.ts'

/** The clock of this machine cannot be right: what it dates would be wrong for years. */
export class ClockWrong extends AppError {
  readonly code = 'CLOCK_WRONG'
}

const mostApartMs = 5 * 60_000

/**
 * Checks the clock before anything that it dates is signed: it is not behind what was signed
 * before, and not further than five minutes from the database's.
 *
 * @throws ClockWrong
 */
export async function checkClock({
  clock,
  certificates,
}: Pick<AuthorityDeps, 'clock' | 'certificates'>): Promise<void> {
  const { database, newestCertificate } = await certificates.readTimes()
  const now = clock.now()
  const newest = latest(await newestAuthority(certificates), newestCertificate)
  if (newest !== null && now < newest) {
    const told = `it says ${now.toISOString()}, and a certificate began at ${newest.toISOString()}`
    throw wrong(told, { now, other: newest })
  }
  if (Math.abs(now.getTime() - database.getTime()) > mostApartMs) {
    const told = `it says ${now.toISOString()}, and the database's says ${database.toISOString()}`
    throw wrong(told, { now, other: database })
  }
}

async function newestAuthority(certificates: AuthorityDeps['certificates']): Promise<Date | null> {
  const authorities = await certificates.listAuthorities()
  return authorities
    .map(({ certificateDer }) => parseCertificate(certificateDer).notBefore)
    .reduce<Date | null>(latest, null)
}

function latest(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b
  return a > b ? a : b
}

function wrong(told: string, { now, other }: { now: Date; other: Date }): ClockWrong {
  const facts = { now: now.toISOString(), other: other.toISOString() }
  return new ClockWrong(`The clock of this machine is wrong: ${told}. Set it right first.`, facts)
}
