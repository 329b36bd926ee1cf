// SPDX-License-Identifier: GPL-2.0
/*
 * The two spans of tipwire: FXS ports and telephones, joined port by port by the pairs of pair.c. A
 * high-resolution timer of its own ticks every ms; DAHDI's core timer ticks in bursts of a jiffy,
 * too coarse for a dial's pulses.
 */
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <dahdi/kernel.h>
#include "line.h"

static unsigned int lines = 4;
module_param(lines, uint, 0444);
MODULE_PARM_DESC(lines, "number of pairs");

static struct tipwire_knobs first;	/* every pair's knobs at the start */
module_param_named(bounce_ms, first.bounce_ms, uint, 0444);
MODULE_PARM_DESC(bounce_ms, "chatter of the hook switch");
module_param_named(sample_ms, first.sample_ms, uint, 0444);
MODULE_PARM_DESC(sample_ms, "the card looks at the hook once in so many ms (wctdm: 16)");
module_param_named(settle_ms, first.settle_ms, uint, 0444);
MODULE_PARM_DESC(settle_ms, "and believes what stays for so long (wctdm: 32)");
module_param_named(trip_ms, first.trip_ms, uint, 0444);
MODULE_PARM_DESC(trip_ms, "ring trip is noticed so much later");

static bool hybrid;
module_param(hybrid, bool, 0444);
MODULE_PARM_DESC(hybrid, "echo of a mildly mismatched hybrid on every pair");

/* A return loss of 17 dB, 0.4 ms away and gone after 1.5 ms, as a short loop gives against a fixed
 * network. */
static const s16 mild_hybrid[] = { 0, 0, 0, 620, 2900, -3300, 1800, -900, 500, -260, 130, -60 };

struct side {
	const char *what;
	int sigcap;
	struct dahdi_span span;
	struct dahdi_device *ddev;
	struct dahdi_chan **chans;
};

static struct side ports = {
	.what = "FXS",
	.sigcap = DAHDI_SIG_FXOLS | DAHDI_SIG_FXOGS | DAHDI_SIG_FXOKS,
};
static struct side phones = {
	.what = "PHONE",
	.sigcap = DAHDI_SIG_FXSLS | DAHDI_SIG_FXSGS | DAHDI_SIG_FXSKS,
};
static struct line *all;
static struct hrtimer timer;
u32 tipwire_ticks;
u64 tipwire_tick_ns;

static void silence(struct dahdi_chan *chan)
{
	memset(chan->readchunk, DAHDI_LIN2X(0, chan), DAHDI_CHUNKSIZE);
}

static void add_echo(struct line *l, struct dahdi_chan *chan)
{
	s16 out[DAHDI_CHUNKSIZE], in[DAHDI_CHUNKSIZE];
	int i;

	for (i = 0; i < DAHDI_CHUNKSIZE; i++) {
		out[i] = DAHDI_XLAW(chan->writechunk[i], chan);
		in[i] = DAHDI_XLAW(chan->readchunk[i], chan);
	}
	pair_echo(&l->pair, out, in);
	for (i = 0; i < DAHDI_CHUNKSIZE; i++)
		chan->readchunk[i] = DAHDI_LIN2X(in[i], chan);
}

static void carry_sound(struct line *l)
{
	struct dahdi_chan *port = l->port.chan, *phone = l->phone.chan;

	if (pair_hears(&l->pair))
		memcpy(phone->readchunk, port->writechunk, DAHDI_CHUNKSIZE);
	else
		silence(phone);
	if (pair_speaks(&l->pair))
		memcpy(port->readchunk, phone->writechunk, DAHDI_CHUNKSIZE);
	else
		silence(port);
	if (l->pair.knobs.taps && pair_speaks(&l->pair))
		add_echo(l, port);
}

static enum pair_feed feed_of(enum dahdi_txsig tx)
{
	return tx == DAHDI_TXSIG_START ? PAIR_RING : tx == DAHDI_TXSIG_KEWL ? PAIR_OPEN : PAIR_FED;
}

static void line_tick(struct line *l)
{
	enum dahdi_txsig phone_tx = READ_ONCE(l->phone.tx);
	enum dahdi_rxsig to_phone;
	bool off_hook, swapped;
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	l->pair.off_hook = phone_tx == DAHDI_TXSIG_OFFHOOK || phone_tx == DAHDI_TXSIG_START;
	pair_step(&l->pair, feed_of(READ_ONCE(l->port.tx)), tipwire_tick_ns);
	carry_sound(l);
	off_hook = l->pair.told_off_hook;
	to_phone = l->pair.ringing ? DAHDI_RXSIG_RING :
		   l->pair.battery ? DAHDI_RXSIG_OFFHOOK : DAHDI_RXSIG_ONHOOK;
	swapped = l->pair.battery && l->told_reversed != l->pair.reverse;
	if (swapped)
		l->told_reversed = l->pair.reverse;
	spin_unlock_irqrestore(&l->lock, flags);

	dahdi_hooksig(l->port.chan, off_hook ? DAHDI_RXSIG_OFFHOOK : DAHDI_RXSIG_ONHOOK);
	dahdi_hooksig(l->phone.chan, to_phone);
	if (swapped)
		dahdi_qevent_lock(l->phone.chan, DAHDI_EVENT_POLARITY);
}

static void tick(void)
{
	unsigned int i;

	tipwire_ticks++;
	dahdi_transmit(&ports.span);
	dahdi_transmit(&phones.span);
	for (i = 0; i < lines; i++)
		line_tick(&all[i]);
	dahdi_ec_span(&ports.span);
	dahdi_ec_span(&phones.span);
	dahdi_receive(&ports.span);
	dahdi_receive(&phones.span);
}

static enum hrtimer_restart timer_fires(struct hrtimer *t)
{
	u64 due = hrtimer_forward_now(t, ms_to_ktime(1));

	tipwire_tick_ns = ktime_get_ns();
	while (due--)
		tick();
	return HRTIMER_RESTART;
}

static int wire_hooksig(struct dahdi_chan *chan, enum dahdi_txsig sig)
{
	struct end *e = chan->pvt;

	WRITE_ONCE(e->tx, sig);		/* crosses at the next tick */
	return 0;
}

static const struct dahdi_span_ops ops = {
	.owner = THIS_MODULE,
	.hooksig = wire_hooksig,
	.ioctl = tipwire_ioctl,
};

static void side_free(struct side *s)
{
	unsigned int i;

	if (s->ddev)
		dahdi_free_device(s->ddev);
	for (i = 0; s->chans && i < lines; i++)
		kfree(s->chans[i]);
	kfree(s->chans);
}

static int add_channel(struct side *s, unsigned int i, struct end *e)
{
	struct dahdi_chan *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c)
		return -ENOMEM;
	s->chans[i] = c;
	snprintf(c->name, sizeof(c->name), "TIPWIRE/%s/%u", s->what, i + 1);
	c->sigcap = s->sigcap;
	c->chanpos = i + 1;
	c->pvt = e;
	e->chan = c;
	e->line = &all[i];
	s->span.channels++;
	return 0;
}

static int side_alloc(struct side *s, bool port)
{
	unsigned int i;
	int err = 0;

	s->ddev = dahdi_create_device();
	s->chans = kcalloc(lines, sizeof(*s->chans), GFP_KERNEL);
	if (!s->ddev || !s->chans)
		return -ENOMEM;
	s->ddev->manufacturer = "Tipring";
	s->ddev->devicetype = "simulated lines";
	s->ddev->hardware_id = port ? "tipwire-fxs" : "tipwire-phone";
	s->ddev->location = "nowhere";
	dev_set_name(&s->ddev->dev, "tipwire:%s", s->what);
	snprintf(s->span.name, sizeof(s->span.name), "TIPWIRE/%s", s->what);
	snprintf(s->span.desc, sizeof(s->span.desc), "Simulated lines, %s",
		 port ? "the exchange's end" : "the telephones' end");
	s->span.deflaw = DAHDI_LAW_MULAW;
	s->span.flags = DAHDI_FLAG_RBS;
	s->span.spantype = port ? SPANTYPE_ANALOG_FXS : SPANTYPE_ANALOG_FXO;
	s->span.cannot_provide_timing = !port;
	s->span.ops = &ops;
	s->span.chans = s->chans;
	for (i = 0; i < lines && !err; i++)
		err = add_channel(s, i, port ? &all[i].port : &all[i].phone);
	list_add_tail(&s->span.device_node, &s->ddev->spans);
	return err;
}

static void start_lines(void)
{
	unsigned int i;

	if (hybrid) {
		first.taps = ARRAY_SIZE(mild_hybrid);
		memcpy(first.tap, mild_hybrid, sizeof(mild_hybrid));
	}
	for (i = 0; i < lines; i++) {
		spin_lock_init(&all[i].lock);
		all[i].pair.knobs = first;
	}
}

static void free_all(void)
{
	side_free(&ports);
	side_free(&phones);
	kfree(all);
}

static int __init tipwire_init(void)
{
	int err;

	if (lines < 1 || lines > TIPWIRE_LINES_MAX || !tipwire_knobs_ok(&first))
		return -EINVAL;
	all = kcalloc(lines, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	start_lines();
	err = side_alloc(&ports, true) ?: side_alloc(&phones, false);
	if (err)
		goto nothing;
	err = dahdi_register_device(ports.ddev, NULL);
	if (err)
		goto nothing;
	err = dahdi_register_device(phones.ddev, NULL);
	if (err)
		goto no_phones;
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	timer.function = timer_fires;
	hrtimer_start(&timer, ms_to_ktime(1), HRTIMER_MODE_REL);
	return 0;
no_phones:
	dahdi_unregister_device(ports.ddev);
nothing:
	free_all();
	return err;
}

static void __exit tipwire_exit(void)
{
	hrtimer_cancel(&timer);
	dahdi_unregister_device(phones.ddev);
	dahdi_unregister_device(ports.ddev);
	free_all();
}

module_init(tipwire_init);
module_exit(tipwire_exit);
MODULE_DESCRIPTION("Simulated subscriber lines for DAHDI");
MODULE_LICENSE("GPL v2");
