import { AppError } from '../errors.ts'
import { hsmFault, type TokenAddress } from './hsm-fault.ts'
import { Pkcs11Clerk, type Pkcs11Order } from './pkcs11-orders.ts'
import { Pkcs11Token } from './pkcs11-token.ts'

/**
 * The process that talks to the HSM. A PKCS#11 module is somebody else's code that blocks its
 * caller, may wait for a network and may crash: here it holds nobody up and can be ended. The PIN
 * is read here, too, and nowhere else. It ends with the process that started it.
 */

/** The first message is the address of the token; every other is an order, one at a time. */
export type ToProcess = TokenAddress | Pkcs11Order

export type FromProcess =
  { readonly answer: unknown } | { readonly fault: Pick<AppError, 'code' | 'message' | 'facts'> }

let clerk: Pkcs11Clerk | null = null
let address: TokenAddress = { module: '', token: '', pinFile: '' }

process.on('message', (message: ToProcess) => {
  if ('verb' in message) {
    void answer(message)
    return
  }
  address = message
  clerk = new Pkcs11Clerk(new Pkcs11Token(message))
})
process.on('disconnect', () => process.exit())
// These come to the whole group; our service may still have something to sign while it stops.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => undefined)

async function answer(order: Pkcs11Order): Promise<void> {
  try {
    send({ answer: await clerk?.carryOut(order) })
  } catch (error) {
    const { code, message, facts } = isOurs(error) ? error : unexpected(error)
    send({ fault: { code, message, facts } })
  }
}

function isOurs(error: unknown): error is AppError {
  return error instanceof AppError
}

/** What the library says about itself; it says nothing of keys and PINs. */
function unexpected(error: unknown): AppError {
  const reason = error instanceof Error ? error.message : 'unknown'
  return hsmFault('hsm-refused', { ...address, reason })
}

function send(message: FromProcess): void {
  process.send?.(message)
}
