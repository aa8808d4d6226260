// A Temporal workflow of as many timers as its argument says; runs in Temporal's own sandbox.
const { sleep } = require('@temporalio/workflow');

exports.timers = async function timers(count) {
  for (let index = 0; index < count; index++) await sleep(1000);
  return count;
};
