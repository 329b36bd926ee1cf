#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds the modules of the test bed: DAHDI's from Debian's dahdi-dkms package, which is unpacked
# and not installed, and our paired lines (module/).
# usage: build-modules.sh KERNEL-DIR		(as build-kernel.sh printed it)
# Prints the directory of the .ko files, in the cache under a name made of all that decides them.
set -euo pipefail
export LC_ALL=C
kernel=$1
cd "$(dirname "$0")"
here=$PWD
. ./cache.sh

package=dahdi-dkms
version=$(package_version $package)
dir=$cache/ko-$(basename "$kernel")-${version//:/_}-$(hash_of build-modules.sh module/*)

kmake() { make -s -C "$kernel/tree" ARCH=um -j"$(nproc)" "$@" modules; }

build() {
	local include=$PWD/dahdi/include

	fetch_package $package "$version"
	dpkg-deb -x ./*.deb unpacked
	mv unpacked/usr/src/dahdi-* dahdi
	echo "#define DAHDI_VERSION \"$version\"" >"$include/dahdi/version.h"
	kmake M="$PWD/dahdi/drivers/dahdi" DAHDI_INCLUDE="$include" HOTPLUG_FIRMWARE=yes \
		CONFIG_DAHDI=m CONFIG_DAHDI_ECHOCAN_MG2=m
	cp -r "$here/module" module
	kmake M="$PWD/module" DAHDI_INCLUDE="$include" \
		KBUILD_EXTRA_SYMBOLS="$PWD/dahdi/drivers/dahdi/Module.symvers"
	find . -name '*.ko' -exec mv -t . {} +
	strip --strip-debug ./*.ko
	rm -r -- *.deb unpacked dahdi module
}

build_once "$dir" build
echo "$dir"
