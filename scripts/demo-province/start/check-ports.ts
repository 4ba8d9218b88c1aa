import { createServer } from 'node:net'
import { DemoProblem } from '../demo-problem.ts'

/**
 * Checks that nobody listens on any of `ports`, on either loopback address: a browser may try
 * `localhost` on both.
 *
 * @throws DemoProblem naming the first port that is taken
 */
export async function checkPorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    if (!(await isFree(port, '127.0.0.1')) || !(await isFree(port, '::1'))) throw portInUse(port)
  }
}

/** The sentence for a port that is taken, whether found beforehand or while listening. */
export function portInUse(port: number, cause?: unknown): DemoProblem {
  return new DemoProblem(
    {
      vi: `Cổng ${port} đang có chương trình khác dùng. Hãy chọn dãy cổng khác, ví dụ --port-base 9400.`,
      en: `Port ${port} is in use by another program. Choose other ports, for example --port-base 9400.`,
    },
    cause,
  )
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      // EADDRNOTAVAIL and EAFNOSUPPORT: this machine has no IPv6, so nobody listens there.
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES')
    })
    probe.listen({ port, host, exclusive: true }, () => {
      probe.close(() => {
        resolve(true)
      })
    })
  })
}
