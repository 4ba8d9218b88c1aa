import { z } from 'zod'

/** Kinds of settings; each says what it must be, and never repeats what it was. */
export const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`)

export const oneOf = <Name extends string>(...names: [Name, ...Name[]]) =>
  z.enum(names, { error: `must be one of ${names.join(', ')}` })

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1']

export function isOrigin(value: string): boolean {
  const url = URL.parse(value)
  return url !== null && url.origin === value && /^https?:$/.test(url.protocol)
}

export function isIssuer(value: string): boolean {
  const url = URL.parse(value)
  if (url === null || url.origin !== value) return false
  const isLoopback = loopbackHosts.includes(url.hostname.replace(/^\[(.*)\]$/, '$1'))
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)
}

export function urlOf(protocols: readonly string[]): z.ZodType<string> {
  const isOne = (value: string) => protocols.includes(URL.parse(value)?.protocol ?? '')
  return z
    .string()
    .refine(isOne, { error: `must be an address that starts with ${protocols[0]}//` })
}
