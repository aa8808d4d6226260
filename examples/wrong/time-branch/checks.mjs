/** The card is charged what the mail said. */
export function chargedAsConfirmed({ ledgers }) {
  const [confirmed] = centsIn(ledgers.mail);
  const [charged] = centsIn(ledgers.payment);
  if (confirmed !== undefined && charged !== undefined && confirmed !== charged) {
    return `confirmed ${confirmed} cents and charged ${charged}`;
  }
}

function centsIn(ledger) {
  return ledger.filter(({ status }) => status < 300).map(({ body }) => JSON.parse(body).cents);
}
