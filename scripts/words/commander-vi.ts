import type { CommanderWords } from './commander-words.ts'

export const commanderVi: CommanderWords = {
  titles: {
    'Usage:': 'Cách dùng:',
    'Arguments:': 'Tham số:',
    'Options:': 'Tùy chọn:',
    'Global Options:': 'Tùy chọn của mọi lệnh:',
    'Commands:': 'Các lệnh:',
  },
  options: '[tùy chọn]',
  command: '[lệnh]',
  helpOption: 'hiện trợ giúp này',
  helpCommand: 'hiện trợ giúp của một lệnh',
  choices: (list) => `một trong: ${list}`,
  byDefault: (value) => `mặc định: ${value}`,
  missingArgument: (name) => `Thiếu tham số <${name}>.`,
  missingValue: (option) => `${option} cần một giá trị.`,
  missingOption: (option) => `Thiếu tùy chọn bắt buộc ${option}.`,
  invalidValue: (of, value, why) => `“${value}” không hợp lệ cho ${of}. ${why}`,
  conflict: (one, other) => `Không dùng ${one} cùng với ${other}.`,
  unknownOption: (option) => `Không có tùy chọn ${option}.`,
  unknownCommand: (name) => `Không có lệnh ${name}.`,
  tooMany: (expected, received) => `Quá nhiều tham số: ${received} thay vì ${expected}.`,
  didYouMean: (names) => `Có phải ý bạn là ${names}?`,
  allowed: (list) => `Chọn một trong: ${list}.`,
  seeHelp: (command) => `Xem: ${command} --help`,
}
