#!/bin/sh
# What shellcheck must find. Never run.
rm -r $1/*
