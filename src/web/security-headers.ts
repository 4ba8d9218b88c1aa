import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'

/** Nothing is allowed but our own files; no script or style inside a page. */
const ownFilesOnly = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'connect-src': ["'self'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
  'require-trusted-types-for': ["'script'"],
}

const twoYearsSeconds = 2 * 365 * 24 * 3600

/** Powerful features that no page of ours uses; passkeys stay allowed for ourselves. */
const permissionsPolicy = [
  'camera=()',
  'geolocation=()',
  'microphone=()',
  'payment=()',
  'usb=()',
  'serial=()',
  'hid=()',
  'display-capture=()',
  'publickey-credentials-get=(self)',
].join(', ')

/** Sets the security headers of every answer; strict transport only where there is TLS. */
export function securityHeaders({
  issuer,
}: {
  issuer: string
}): (response: ServerResponse) => void {
  const headers = headersFor(issuer)
  return (response) => {
    for (const [name, value] of headers) response.setHeader(name, value)
  }
}

/** The same at every answer, so its dozen middlewares are asked once. */
function headersFor(issuer: string): readonly (readonly [name: string, value: string])[] {
  const sample = new ServerResponse(new IncomingMessage(new Socket()))
  const isHttps = new URL(issuer).protocol === 'https:'
  const upgrade = isHttps ? { 'upgrade-insecure-requests': [] } : {}
  const setHeaders = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { ...ownFilesOnly, ...upgrade } },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // Nothing to any other site. Not `no-referrer`: browsers then send forms of our own pages
    // with `Origin: null`, which guards.ts could not tell from a stranger's.
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isHttps && { maxAge: twoYearsSeconds },
    xFrameOptions: { action: 'deny' },
  })
  setHeaders(sample.req, sample, (fault) => {
    if (fault instanceof Error) throw fault
  })
  sample.setHeader('Permissions-Policy', permissionsPolicy)
  return sample.getHeaderNames().map((name) => [name, String(sample.getHeader(name))])
}

/**
 * `policy` for a page whose form ends, redirect by redirect, at an application. Chromium holds
 * that whole chain to `form-action`, and where an application sends people on after a sign-out is
 * not ours to know: so the scheme stands for it. http is for development on loopback.
 */
export function allowFormRedirects(policy: string, issuer: string): string {
  const schemes = new URL(issuer).protocol === 'https:' ? 'https:' : 'https: http:'
  return policy.replace(/form-action [^;]*/, `form-action 'self' ${schemes}`)
}
