import { connect } from 'node:net'

const defaultSocket = '/run/pcscd/pcscd.comm'

/**
 * Whether the PC/SC service of this computer takes connections. On Linux alone this is a question:
 * the binding would wait for pcscd in a busy loop on the main thread, so it is not made before
 * pcscd is there. Where pcscd is started by its socket, asking starts it.
 *
 * @param environment - `PCSCLITE_CSOCK_NAME` names another socket, as it does for libpcsclite
 */
export async function isPcscServiceThere(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  if (platform !== 'linux') return true
  const path = environment['PCSCLITE_CSOCK_NAME'] ?? defaultSocket
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => {
      resolve(false)
    })
  })
}
