const times = new Intl.DateTimeFormat('en-GB', {
  ...{ timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit', year: 'numeric' },
  ...{ hour: '2-digit', minute: '2-digit' },
})

/** Civil time, whatever zone the computer is set to: 14:30 22/11/2026. */
export function civilTime(instant: Date): string {
  const [day = '', time = ''] = times.format(instant).split(', ')
  return `${time} ${day}`
}
