import { join } from 'node:path'
import type { Addresses } from '../addresses.ts'
import { applications } from '../applications.ts'
import type { DemoOptions } from '../options.ts'
import { demoCards } from '../province.ts'

/** What the demo prints once everything answers: one address to open, three things to do. */
export function announcement(addresses: Addresses, options: DemoOptions): string {
  const tap = options.pcsc
    ? 'Đặt thẻ lên đầu đọc / Place a card on the reader'
    : 'Bấm vào một thẻ trên đầu đọc ảo / Press a card on the virtual reader'
  const lines = [
    'Mở trang này / Open this page:',
    '',
    `    ${addresses.portal.origin}`,
    '',
    '  1. Ghép trình duyệt, mở đầu đọc / Pair the browser, open the reader',
    '  2. Mở một ứng dụng, bấm Đăng nhập / Open an application, press Sign in',
    `  3. ${tap}`,
    '',
    ...addressTable(addresses),
    ...(options.pcsc ? virtualCardHint(options.dataDir) : []),
    '',
    'Dừng bằng Ctrl-C / Stop with Ctrl-C',
  ]
  return `\n${lines.join('\n')}\n`
}

/** Cards of the demo exist as files alone; vpcd puts one into a reader that PC/SC sees. */
function virtualCardHint(dataDir: string): string[] {
  const card = join(dataDir, 'cards', `${demoCards[0]?.id ?? ''}.json`)
  return [
    '',
    '  Không có thẻ thật? Thẻ ảo cho vsmartcard-vpcd / No card at hand? A virtual one for vpcd:',
    `    npx tsx card-reader/virtual-card/main.ts attach ${card}`,
  ]
}

function addressTable(addresses: Addresses): string[] {
  const rows: (readonly [string, string])[] = [
    ['Dịch vụ đăng nhập / Sign-in service', addresses.issuer.origin],
    ['Đầu đọc thẻ / Card reader', addresses.reader.origin],
    ...applications.map(({ id, name }) => [name.vi, addresses.applications[id].origin] as const),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, origin]) => `  ${name.padEnd(width)}  ${origin}`)
}
