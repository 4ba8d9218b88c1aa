/**
 * The cookies of a request by name (RFC 6265 §5.4). All sites of the demo are `localhost`, and
 * cookies do not keep ports apart: each name therefore says whose it is.
 */
export function readCookies(header: string | undefined): Readonly<Record<string, string>> {
  const pairs = (header ?? '').split(';').map((pair) => {
    const equals = pair.indexOf('=')
    return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const
  })
  return Object.fromEntries(pairs.filter(([name]) => name !== ''))
}
