/** The card is charged what the mail said. */
export function chargedAsConfirmed({ ledgers }) {
  const confirmed = ledgers.mail.map(({ body }) => JSON.parse(body).cents);
  const charged = ledgers.payment.map(({ body }) => JSON.parse(body).cents);
  const other = charged.find((cents) => !confirmed.includes(cents));
  if (other !== undefined) return `confirmed ${confirmed[0]} cents and charged ${other}`;
}
