import type { RequestListener } from 'node:http'
import { createPkiFiles, isPkiFile, sentenceBody, type PkiFileDeps } from './pki-files.ts'
import { sendRefusal } from './pki-answer.ts'
import { pathOf } from './request-path.ts'

/**
 * Serves what certificates point to over plain HTTP, and nothing else: a client that is about to
 * check a TLS certificate cannot be asked to set up TLS first (RFC 5280 §8, RFC 5019 §6). The page
 * with the fingerprints is only worth reading over TLS, so whoever asks for it is sent there.
 */
export function createPkiListener(
  deps: PkiFileDeps & { readonly issuer: string },
): RequestListener {
  const files = createPkiFiles(deps)
  return (request, response) => {
    const path = pathOf(request)
    if (isPkiFile(path)) {
      files({ request, response, path })
    } else if (path === '/pki') {
      const headers = { Location: `${deps.issuer}/pki` }
      sendRefusal(response, 308, { ...sentenceBody('pageIsElsewhere'), headers })
    } else {
      request.resume()
      sendRefusal(response, 404, sentenceBody('onlyPkiHere'))
    }
  }
}
