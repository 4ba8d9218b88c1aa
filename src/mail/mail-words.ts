import type { MailLanguage, MailTemplate } from './mail.ts'

type Text = Readonly<Record<MailLanguage, string>>

/** What happened: as a subject, and as the first sentence. No name of anybody's choosing is in it. */
export const mailNews: Readonly<Record<MailTemplate, { subject: Text; news: Text }>> = {
  'passkey-registered': {
    subject: { vi: 'Đã thêm khóa truy cập', en: 'A passkey was added' },
    news: {
      vi: 'Một khóa truy cập (passkey) vừa được thêm. Từ nay có thể dùng khóa này để đăng nhập với tên của bạn.',
      en: 'A passkey has just been added. From now on it signs in in your name.',
    },
  },
  'passkey-renamed': {
    subject: { vi: 'Đã đổi tên khóa truy cập', en: 'A passkey was renamed' },
    news: {
      vi: 'Một khóa truy cập (passkey) của bạn vừa được đổi tên.',
      en: 'One of your passkeys has just been renamed.',
    },
  },
  'passkey-removed': {
    subject: { vi: 'Đã gỡ bỏ khóa truy cập', en: 'A passkey was removed' },
    news: {
      vi: 'Một khóa truy cập (passkey) của bạn vừa được gỡ bỏ và không đăng nhập được nữa.',
      en: 'One of your passkeys has just been removed and no longer signs in.',
    },
  },
  'passkey-revoked': {
    subject: { vi: 'Khóa truy cập đã bị thu hồi', en: 'A passkey was revoked' },
    news: {
      vi: 'Quản trị viên vừa thu hồi một khóa truy cập (passkey) của bạn. Khóa này không đăng nhập được nữa.',
      en: 'An administrator has just revoked one of your passkeys. It no longer signs in.',
    },
  },
  'passkey-flagged': {
    subject: { vi: 'Khóa truy cập có thể đã bị sao chép', en: 'A passkey may have been copied' },
    news: {
      vi: 'Một khóa truy cập (passkey) của bạn vừa được dùng theo cách cho thấy có thể có bản sao của nó. Khóa này đã ngừng dùng.',
      en: 'One of your passkeys was just used in a way that suggests a copy of it. It has been taken out of use.',
    },
  },
}

export const mailWords = {
  greeting: { vi: 'Kính gửi {holder},', en: 'Dear {holder},' },
  passkey: { vi: 'Khóa truy cập', en: 'Passkey' },
  formerName: { vi: 'Tên cũ', en: 'Called before' },
  at: { vi: 'Thời điểm', en: 'When' },
  zone: { vi: '(giờ Việt Nam)', en: '(Vietnam time, UTC+7)' },
  terminal: { vi: 'Máy đọc thẻ', en: 'Terminal' },
  device: { vi: 'Trình duyệt', en: 'Browser' },
  notYou: {
    vi: 'Nếu không phải bạn, hãy gọi ngay cho bộ phận cấp thẻ của cơ quan bạn.',
    en: 'If it was not you, call the card office of your agency at once.',
  },
  askWhy: {
    vi: 'Nếu bạn chưa biết vì sao, hãy gọi cho bộ phận cấp thẻ của cơ quan bạn.',
    en: 'If you do not know why, call the card office of your agency.',
  },
  automatic: {
    vi: 'Thư tự động, không có liên kết nào để bấm. Không ai được hỏi mã PIN của bạn.',
    en: 'This mail is automatic and has no link to follow. Nobody may ask for your PIN.',
  },
} satisfies Record<string, Text>
