// Sends a parcel with the cheaper of two carriers and follows it until it has arrived.
//
// Plain JavaScript: fetch, timers, dates and random numbers are those of StarlingMonkey, which
// reaches them through WASI 0.2. Both quotes are asked for at the same time, and the tracking
// service tells the news as it comes, in one response of many hours.

const CARRIERS = ['https://swift.example', 'https://steady.example'];
const HOUR = 60 * 60 * 1000;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends a request and reads its JSON answer; throws unless the service says yes. */
async function ask(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

function post(url, data) {
  const headers = { 'content-type': 'application/json' };
  return ask(url, { method: 'POST', headers, body: JSON.stringify(data) });
}

/** Eight hexadecimal digits that no other parcel has. */
function newReference() {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function cheapestQuote(kilograms) {
  const quotes = await Promise.all(
    CARRIERS.map(async (carrier) => ({
      carrier,
      ...(await ask(`${carrier}/quote?kilograms=${kilograms}`)),
    })),
  );
  for (const { carrier, cents } of quotes) console.log(`${carrier} would take ${cents} cents`);
  return quotes.reduce((best, quote) => (quote.cents < best.cents ? quote : best));
}

/** Prints each line of the tracking news when it comes, and how many hours that took. */
async function follow(carrier, booking) {
  const pickedUp = Date.now();
  const { body } = await fetch(`${carrier}/tracking/${booking}`);
  const decoder = new TextDecoder();
  let rest = '';
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = lines.pop();
    const hours = Math.round((Date.now() - pickedUp) / HOUR);
    for (const line of lines) console.log(`after ${hours} h: ${line}`);
  }
}

export const run = {
  async run() {
    const reference = newReference();
    const { carrier } = await cheapestQuote(3);
    const { booking } = await post(`${carrier}/bookings`, { reference, kilograms: 3 });
    console.log(`booked as ${booking}; the pick-up is in two days`);
    await sleep(48 * HOUR);
    await follow(carrier, booking);
    console.log('done');
  },
};
