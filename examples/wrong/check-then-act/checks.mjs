const LAMPS = 1;

/** No more lamps are sold than there are. */
export function notOversold({ ledgers }) {
  const sales = ledgers.stock.filter(({ method, status }) => method === 'POST' && status === 201);
  if (sales.length > LAMPS) {
    const buyers = sales.map(({ body }) => body).join(' and ');
    return `there was ${LAMPS} lamp, and ${buyers} have bought one each`;
  }
}
