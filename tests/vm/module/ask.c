// SPDX-License-Identifier: GPL-2.0
/* What programs ask of a line, on the descriptor of either end. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include "line.h"

static void read_meter(struct line *l, struct tipwire_meter *m)
{
	const struct pair *p = &l->pair;
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	*m = (struct tipwire_meter) {
		.now_ns = tipwire_tick_ns, .ticks = tipwire_ticks,
		.ring_on_ns = p->ring_on_ns, .ring_off_ns = p->ring_off_ns,
		.closed_ns = p->closed_ns, .opened_ns = p->opened_ns,
		.battery = p->battery, .reversed = p->reverse, .ringing = p->ringing,
		.current_flows = p->current_flows, .told_off_hook = p->told_off_hook,
		.onhook_ms = p->onhook_ms, .ring_bursts = p->ring_bursts,
		.vmwi_messages = l->vmwi_messages, .vmwi_type = l->vmwi_type,
	};
	spin_unlock_irqrestore(&l->lock, flags);
}

bool tipwire_knobs_ok(const struct tipwire_knobs *k)
{
	return k->cut <= 1 && k->bounce_ms <= TIPWIRE_MS_MAX &&
	       k->sample_ms <= TIPWIRE_MS_MAX && k->settle_ms <= TIPWIRE_MS_MAX &&
	       k->trip_ms <= TIPWIRE_MS_MAX && k->taps <= TIPWIRE_TAPS_MAX;
}

static int set_knobs(struct line *l, const void __user *from)
{
	struct tipwire_knobs k;
	unsigned long flags;

	if (copy_from_user(&k, from, sizeof(k)))
		return -EFAULT;
	if (!tipwire_knobs_ok(&k))
		return -EINVAL;
	spin_lock_irqsave(&l->lock, flags);
	l->pair.knobs = k;
	spin_unlock_irqrestore(&l->lock, flags);
	return 0;
}

static int get_knobs(struct line *l, void __user *to)
{
	struct tipwire_knobs k;
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	k = l->pair.knobs;
	spin_unlock_irqrestore(&l->lock, flags);
	return copy_to_user(to, &k, sizeof(k)) ? -EFAULT : 0;
}

static int set_polarity(struct line *l, bool reverse)
{
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&l->lock, flags);
	if (l->pair.ringing || (!l->pair.battery && !l->pair.knobs.cut))
		err = -EINVAL;		/* as the cards refuse it */
	else
		l->pair.reverse = reverse;
	spin_unlock_irqrestore(&l->lock, flags);
	return err;
}

static void allow_onhook(struct line *l, int ms)
{
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	l->pair.onhook_ms = clamp(ms, 0, 60 * 1000);
	spin_unlock_irqrestore(&l->lock, flags);
}

static int set_vmwi(struct line *l, int messages)
{
	if (messages < 0)
		return -EFAULT;		/* what the cards say */
	l->vmwi_messages = messages;
	return l->vmwi_type & DAHDI_VMWI_LREV ? set_polarity(l, messages > 0) : 0;
}

/* What only the card's end can do, each with an int as its argument */
static int port_ioctl(struct line *l, unsigned int cmd, int v)
{
	switch (cmd) {
	case DAHDI_SETPOLARITY:
		return set_polarity(l, v);
	case DAHDI_ONHOOKTRANSFER:
		allow_onhook(l, v);
		return 0;
	case DAHDI_VMWI:
		return set_vmwi(l, v);
	}
	return -ENOTTY;
}

int tipwire_ioctl(struct dahdi_chan *chan, unsigned int cmd, unsigned long data)
{
	void __user *arg = (void __user *)data;
	struct end *e = chan->pvt;
	struct line *l = e->line;
	struct dahdi_vmwi_info vmwi;
	struct tipwire_meter m;
	int v;

	switch (cmd) {
	case TIPWIRE_METER:
		read_meter(l, &m);
		return copy_to_user(arg, &m, sizeof(m)) ? -EFAULT : 0;
	case TIPWIRE_GET_KNOBS:
		return get_knobs(l, arg);
	case TIPWIRE_SET_KNOBS:
		return set_knobs(l, arg);
	case TIPWIRE_BREAK:
		if (get_user(v, (int __user *)arg))
			return -EFAULT;
		WRITE_ONCE(l->pair.broken, !!v);
		return 0;
	case DAHDI_SETPOLARITY:
	case DAHDI_ONHOOKTRANSFER:
	case DAHDI_VMWI:
		if (e != &l->port)
			return -EINVAL;
		return get_user(v, (int __user *)arg) ? -EFAULT : port_ioctl(l, cmd, v);
	case DAHDI_VMWI_CONFIG:
		if (e != &l->port)
			return -EINVAL;
		if (copy_from_user(&vmwi, arg, sizeof(vmwi)))
			return -EFAULT;
		l->vmwi_type = vmwi.vmwi_type;
		return 0;
	}
	return -ENOTTY;
}
