import { applications, type ApplicationId } from './applications.ts'

/** Where everything of one demo listens; all of it on loopback. */
export interface Addresses {
  readonly issuer: Address
  readonly portal: Address
  readonly reader: Address
  readonly applications: Readonly<Record<ApplicationId, Address>>
}

export interface Address {
  readonly port: number
  /** As the browser knows it: `localhost` is a secure context even over http. */
  readonly origin: string
}

/** The last port that a base needs: base + 15. */
export const lastPortOffset = 15

/** The issuer has the base, then the portal and the reader; the applications start at base + 11. */
export function addressesFrom(portBase: number): Addresses {
  const ports = applications.map(({ id }, index) => [id, at(portBase + 11 + index)] as const)
  return {
    issuer: at(portBase),
    portal: at(portBase + 1),
    reader: at(portBase + 2),
    applications: Object.fromEntries(ports) as Record<ApplicationId, Address>,
  }
}

export function everyAddress(addresses: Addresses): readonly Address[] {
  const { issuer, portal, reader } = addresses
  return [issuer, portal, reader, ...Object.values(addresses.applications)]
}

function at(port: number): Address {
  return { port, origin: `http://localhost:${port}` }
}
