import { createServer, type AddressInfo } from 'node:net'
import type { Address } from '../../scripts/demo-province/addresses.ts'

/** A port that nobody listens on now; for tests. */
export async function freeAddress(): Promise<Address> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return { port, origin: `http://localhost:${port}` }
}
