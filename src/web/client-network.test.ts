import { expect, it } from 'vitest'
import { networkOf, networkOfAddress, networkOfUpgrade } from './client-network.ts'

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['not an address', 'unknown'],
  ['', 'unknown'],
])('%s comes from %s', (address, network) => {
  expect(networkOfAddress(address)).toBe(network)
})

it('a request without an address comes from nowhere we know', () => {
  expect(networkOf({ ip: undefined })).toBe('unknown')
})

it.each([
  [0, '192.0.2.1'],
  [1, '198.51.100.7'],
  [2, '203.0.113.5'],
  [8, '203.0.113.5'],
])('of those that forwarded a WebSocket %d are believed: it comes from %s', (trusted, network) => {
  const headers = { 'x-forwarded-for': '203.0.113.5, 198.51.100.7' }
  const request = { headers, socket: { remoteAddress: '192.0.2.1' } }
  const upgrade = request as unknown as Parameters<typeof networkOfUpgrade>[0]
  expect(networkOfUpgrade(upgrade, { trustedProxies: trusted })).toBe(network)
})
