import type { RequestHandler } from 'express'
import type { Clock } from '../clock.ts'
import type { Authority } from '../pki/authority.ts'
import { parseCertificate } from '../pki/certificate.ts'
import { languageOf, switchAddress } from './request-language.ts'
import type { WebParts } from './sign-in-routes.ts'
import type { AuthorityView } from './views/pki-page.tsx'

export interface PkiPageDeps {
  readonly pki: {
    authorities(): Promise<readonly Authority[]>
    /** As certificates name it. */
    readonly ocspAddress: string
  }
  readonly clock: Clock
}

/** The page about the authorities; what they publish is pki-files.ts. */
export function createPkiHandlers(
  { pki, clock }: PkiPageDeps,
  { pages, cookies }: WebParts,
): Record<'page', RequestHandler> {
  return {
    page: async (request, response) => {
      const language = languageOf(request, cookies)
      const context = { language, switchAddress: switchAddress(request, language) }
      const now = clock.now()
      const authorities = (await pki.authorities()).map((one) => authorityView(one, now))
      const { ocspAddress } = pki
      response.type('html').send(pages.authorities(context, { authorities, ocspAddress }))
    },
  }
}

function authorityView(authority: Authority, now: Date): AuthorityView {
  const { slug, name, kind, state, crlPartitions, certificateDer } = authority
  const { subject, notBefore, notAfter, fingerprint } = parseCertificate(certificateDer)
  return {
    ...{ slug, name, kind, state, crlPartitions, notBefore, notAfter },
    subject: subject.split('\n'),
    fitsNow: now < notBefore ? 'not-yet-valid' : now > notAfter ? 'expired' : 'valid',
    fingerprint: fingerprint.toString('hex').toUpperCase().match(/.{4}/g) ?? [],
  }
}
