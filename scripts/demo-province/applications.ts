import type { AssuranceLevel } from '../../src/holders/authentication.ts'
import type { CardKind } from '../../src/holders/card-kind.ts'
import type { AgencyCode } from './province.ts'
import type { Text } from './texts.ts'

export type ApplicationId = 'van-ban' | 'mot-cua' | 'chi-dao' | 'tiep-dan' | 'lich-hop'

/** One of the five shared applications: its policy, and an illustrative screen. */
export interface DemoApplication {
  /** Also the client id, the cookie prefix and the colour's class name. */
  readonly id: ApplicationId
  readonly name: Text
  readonly agency: AgencyCode
  readonly leastLevel: AssuranceLevel
  readonly cardKinds: readonly CardKind[]
  /** From when on this application takes the card alone; null where it stays voluntary. */
  readonly cardCompulsoryFrom: Date | null
  readonly screen: Screen
}

/** A plausible first screen: a list. Its rows are invented, and Vietnamese like real files. */
export interface Screen {
  readonly title: Text
  readonly columns: readonly Text[]
  readonly rows: readonly (readonly string[])[]
}

const number: Text = { vi: 'Số, ký hiệu', en: 'Number' }
const due: Text = { vi: 'Hạn xử lý', en: 'Due' }
const state: Text = { vi: 'Tình trạng', en: 'State' }

export const applications: readonly DemoApplication[] = [
  {
    id: 'van-ban',
    name: { vi: 'Quản lý văn bản và điều hành', en: 'Documents and operations' },
    agency: 'MH-VP',
    leastLevel: 'low',
    cardKinds: ['civil-servant'],
    cardCompulsoryFrom: null,
    screen: {
      title: { vi: 'Văn bản đến', en: 'Incoming documents' },
      columns: [number, { vi: 'Trích yếu', en: 'Subject' }, due, state],
      rows: [
        ['128/UBND-VX', 'V/v chuẩn bị khai giảng năm học mới', '24/11/2026', 'Chờ xử lý'],
        ['77/STC-NS', 'Báo cáo dự toán ngân sách quý I năm 2027', '27/11/2026', 'Đang xử lý'],
        ['15/GM-UBND', 'Giấy mời họp giao ban tháng 12', '30/11/2026', 'Đã chuyển'],
        ['402/SXD-HT', 'V/v nghiệm thu đường liên xã', '02/12/2026', 'Chờ xử lý'],
      ],
    },
  },
  {
    id: 'mot-cua',
    name: { vi: 'Quản lý hồ sơ một cửa', en: 'One-stop dossiers' },
    agency: 'MH-HCC',
    leastLevel: 'low',
    cardKinds: ['civil-servant', 'citizen'],
    cardCompulsoryFrom: new Date('2027-06-30T17:00:00Z'),
    screen: {
      title: { vi: 'Hồ sơ đang giải quyết', en: 'Dossiers in progress' },
      columns: [
        { vi: 'Mã hồ sơ', en: 'Dossier' },
        { vi: 'Thủ tục', en: 'Procedure' },
        { vi: 'Hẹn trả', en: 'Promised for' },
        state,
      ],
      rows: [
        ['MH-2026-0311', 'Cấp phép xây dựng nhà ở riêng lẻ', '25/11/2026', 'Đang thẩm định'],
        ['MH-2026-0318', 'Đăng ký khai sinh', '22/11/2026', 'Chờ trả kết quả'],
        ['MH-2026-0325', 'Đăng ký biến động đất đai', '08/12/2026', 'Chờ bổ sung'],
        ['MH-2026-0330', 'Cấp phiếu lý lịch tư pháp', '01/12/2026', 'Mới tiếp nhận'],
      ],
    },
  },
  {
    id: 'chi-dao',
    name: { vi: 'Theo dõi ý kiến chỉ đạo', en: 'Follow-up of directives' },
    agency: 'MH-VP',
    leastLevel: 'high',
    cardKinds: ['civil-servant'],
    cardCompulsoryFrom: null,
    screen: {
      title: { vi: 'Ý kiến chỉ đạo đang theo dõi', en: 'Directives being followed' },
      columns: [
        { vi: 'Thông báo', en: 'Notice' },
        { vi: 'Nội dung chỉ đạo', en: 'Directive' },
        { vi: 'Đơn vị chủ trì', en: 'In charge' },
        due,
      ],
      rows: [
        ['TB 41', 'Hoàn thành nâng cấp cầu Minh Họa 2', 'Sở Xây dựng', '31/12/2026'],
        ['TB 43', 'Rà soát thủ tục quá hạn tại các xã', 'Trung tâm HCC', '05/12/2026'],
        ['TB 44', 'Tổng hợp kiến nghị cử tri kỳ họp thứ ba', 'Văn phòng', '15/12/2026'],
      ],
    },
  },
  {
    id: 'tiep-dan',
    name: {
      vi: 'Tiếp dân, giải quyết đơn thư khiếu nại, tố cáo',
      en: 'Citizen reception and complaints',
    },
    agency: 'MH-VP',
    leastLevel: 'low',
    cardKinds: ['citizen', 'civil-servant'],
    cardCompulsoryFrom: null,
    screen: {
      title: { vi: 'Đơn thư và lịch tiếp dân', en: 'Letters and reception hours' },
      columns: [
        { vi: 'Mã đơn', en: 'Letter' },
        { vi: 'Nội dung', en: 'Subject' },
        { vi: 'Ngày nhận', en: 'Received' },
        state,
      ],
      rows: [
        ['ĐT-0092', 'Kiến nghị về thoát nước tổ 4, phường Ví Dụ', '12/11/2026', 'Đã chuyển'],
        ['ĐT-0095', 'Đề nghị lắp đèn đường xã Mẫu Sơn', '16/11/2026', 'Đang xem xét'],
        ['LTD-12', 'Lịch tiếp dân định kỳ của lãnh đạo tỉnh', '15/12/2026', 'Còn 6 lượt'],
      ],
    },
  },
  {
    id: 'lich-hop',
    name: {
      vi: 'Đăng ký, xếp lịch họp và gửi giấy mời',
      en: 'Meeting registration and invitations',
    },
    agency: 'MH-VP',
    leastLevel: 'low',
    cardKinds: ['civil-servant', 'enterprise'],
    cardCompulsoryFrom: null,
    screen: {
      title: { vi: 'Lịch họp tuần này', en: 'Meetings this week' },
      columns: [
        { vi: 'Thời gian', en: 'Time' },
        { vi: 'Cuộc họp', en: 'Meeting' },
        { vi: 'Địa điểm', en: 'Place' },
        { vi: 'Giấy mời', en: 'Invitation' },
      ],
      rows: [
        ['Thứ hai 08:00', 'Giao ban đầu tuần', 'Phòng họp A', 'Đã gửi'],
        ['Thứ ba 14:00', 'Đối thoại với doanh nghiệp', 'Hội trường', 'Đã gửi'],
        ['Thứ năm 09:30', 'Thẩm định quy hoạch phường Minh Tâm', 'Phòng họp B', 'Chờ duyệt'],
      ],
    },
  },
]
