import type { Check, Finding } from '../../src/health.ts'
import { judgeAuthorities } from '../../src/pki/authority-health.ts'
import { judgeAuthorityKeys } from '../../src/pki/authority-keys-health.ts'
import { createAuthorityStore } from '../../src/pki/authority-store.ts'
import { crlHealth, judgeCrls } from '../../src/pki/crl-health.ts'
import { defaultCrlPolicy } from '../../src/pki/crl-policy.ts'
import { judgeOcspSigners } from '../../src/pki/ocsp-signer-health.ts'
import { listSigners } from '../../src/pki/ocsp-signer-store.ts'
import { countEnding } from './doctor-store.ts'
import { found } from './finding.ts'
import type { DoctorParts } from './service-checks.ts'

/** Authorities and what they made. */
export const certificationChecks: readonly Check<DoctorParts>[] = [
  { subject: 'authorities', run: checkAuthorities },
  { subject: 'authority keys', run: checkAuthorityKeys },
  { subject: 'revocation lists', run: checkRevocationLists },
  { subject: 'OCSP signers', run: checkOcspSigners },
  { subject: 'certificates', run: checkCertificates },
]

async function checkAuthorities({ db, clock }: DoctorParts): Promise<Finding[]> {
  return judgeAuthorities(await createAuthorityStore(db).listAuthorities(), clock.now())
}

async function checkAuthorityKeys({ db, keystore }: DoctorParts): Promise<Finding[]> {
  return judgeAuthorityKeys(await keystore(), await createAuthorityStore(db).listAuthorities())
}

async function checkRevocationLists({ db, clock }: DoctorParts): Promise<Finding[]> {
  return judgeCrls(await crlHealth({ db, clock, policy: defaultCrlPolicy }))
}

async function checkOcspSigners({ db, clock }: DoctorParts): Promise<Finding[]> {
  const authorities = await createAuthorityStore(db).listAuthorities()
  const ids = authorities.map(({ id }) => id)
  return judgeOcspSigners(authorities, await listSigners(db, ids), clock.now())
}

/** Long enough to call people in. */
const warningDays = 30

async function checkCertificates({ db, clock }: DoctorParts): Promise<Finding[]> {
  const from = clock.now()
  const until = new Date(from.getTime() + warningDays * 86_400_000)
  const { cards, terminals } = await countEnding(db, { from, until })
  return [
    cards === 0
      ? found('green', 'certificates.well', { days: warningDays })
      : found('amber', 'certificates.ending', { count: cards, days: warningDays }),
    terminals === 0
      ? found('green', 'terminals.well', { days: warningDays })
      : found('amber', 'terminals.ending', { count: terminals, days: warningDays }),
  ]
}
