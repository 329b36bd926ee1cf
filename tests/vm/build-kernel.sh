#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds the test bed's kernel: User-Mode Linux with virtual time, from Debian's linux-source package.
# usage: build-kernel.sh
# Prints the directory that holds it: `linux`, the program, and `tree`, what outside modules are
# compiled against. It lies in the cache (cache.sh) under a name made of the package's version and
# of what decides the build.
# needs: apt, build-essential flex bison bc xz-utils
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"
here=$PWD
. ./cache.sh

package=linux-source-6.1
version=$(package_version $package)
dir=$cache/uml-${version//:/_}-$(hash_of build-kernel.sh kernel.config)

kmake() { make -s ARCH=um -j"$(nproc)" "$@"; }

# Of drivers and machines that are never compiled only the Kconfig files and Makefiles are wanted.
unpack() {
	local code='sound arch/[a-tvw]*' args d

	args=(--exclude='linux-source-*/tools/perf' --exclude='linux-source-*/tools/testing'
		--exclude='*.dts*' --exclude='*.rst')
	for d in gpu media staging infiniband scsi misc usb clk pinctrl video iio mtd crypto pci acpi md \
		'net/ethernet' 'net/wireless'; do
		code+=" drivers/$d"
	done
	set -f
	for d in $code; do args+=("--exclude=linux-source-*/$d/*."[chS]); done
	xz -T0 -dc | tar -x --strip-components=1 --wildcards "${args[@]}"
}

# allnoconfig drops silently what it does not know
config_complete() {
	! grep '^CONFIG_' "$here/kernel.config" | grep -vxFf tree/.config
}

# What an outside module's build reads: headers, Makefiles, the configuration, the built scripts,
# the symbols
keep_for_modules() {
	mkdir kept
	(cd tree && find Makefile Kbuild .config Module.symvers arch/um arch/x86 include scripts -type f \
		! -name '*.[cSo]' ! -name '*.a' ! -name '*.cmd' ! -path '*/dt-bindings/*' -print0 |
		tar -c --null -T -) | tar -x -C kept
	rm -rf tree
	mv kept tree
}

build() {
	fetch_package $package "$version"
	mkdir tree
	dpkg-deb --fsys-tarfile ./*.deb | tar -xO --wildcards '*/linux-source-*.tar.xz' |
		(cd tree && unpack)
	rm -- *.deb
	# exported for modules though glibc's static library has no such function any more
	sed -i '/__xmknod/d' tree/arch/um/os-Linux/user_syms.c
	kmake -C tree KCONFIG_ALLCONFIG="$here/kernel.config" allnoconfig
	config_complete
	kmake -C tree linux modules
	strip -o linux tree/linux
	keep_for_modules
}

build_once "$dir" build
echo "$dir"
